package dev.turnpike.schema;

import com.networknt.schema.regex.RegularExpression;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// A pattern of a schema that gives up: some patterns take time that doubles with every character.
final class BoundedPattern implements RegularExpression {
    /// Characters that are looked at in one match: some tenths of a second.
    private static final int MOST_LOOKS = 20_000_000;

    private final Pattern pattern;

    BoundedPattern(String pattern) {
        this.pattern = Pattern.compile(pattern);
    }

    @Override
    public boolean matches(String value) {
        return pattern.matcher(new Counted(value, new AtomicInteger())).find();
    }

    /// A match was given up.
    static final class TooLongException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /// @param looks how often a character was looked at; shared by all parts of a text
    private record Counted(CharSequence text, AtomicInteger looks) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (looks.incrementAndGet() > MOST_LOOKS) {
                throw new TooLongException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), looks);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
