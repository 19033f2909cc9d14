/// A conversation's files: what they are called, and how they change.
///
/// Every change is a revision of its own with its cause. Nothing is ever written over: what a revision changed can be
/// told and taken back for as long as the revision is kept.
@NullMarked
package dev.turnpike.workspace;

import org.jspecify.annotations.NullMarked;
