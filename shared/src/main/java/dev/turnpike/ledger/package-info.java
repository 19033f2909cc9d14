/// The append-only money record and the prices it is computed from.
@NullMarked
package dev.turnpike.ledger;

import org.jspecify.annotations.NullMarked;
