/// The tools that read and change the files of a conversation.
@NullMarked
package dev.turnpike.files;

import org.jspecify.annotations.NullMarked;
