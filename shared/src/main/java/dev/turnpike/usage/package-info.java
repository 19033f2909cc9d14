/// What teams look at when the bill comes: the ledger added up by day, by whom and by what.
@NullMarked
package dev.turnpike.usage;

import org.jspecify.annotations.NullMarked;
