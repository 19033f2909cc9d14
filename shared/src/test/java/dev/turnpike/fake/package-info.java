/// The edges as tests want them: a table, a queue, a model, tools, a clock and ids, all in memory, all as unkind as
/// the real ones where that shows.
@NullMarked
package dev.turnpike.fake;

import org.jspecify.annotations.NullMarked;
