/// Who may call: API keys and the principals behind them.
@NullMarked
package dev.turnpike.access;

import org.jspecify.annotations.NullMarked;
