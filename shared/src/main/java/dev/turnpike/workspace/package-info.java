/// A conversation's files: what they are called, how they change, and the tools that read and change them.
///
/// Every change is a revision of its own with its cause. Nothing is ever written over: what a revision changed can be
/// told and taken back for as long as the revision is kept.
@NullMarked
package dev.turnpike.workspace;

import org.jspecify.annotations.NullMarked;
