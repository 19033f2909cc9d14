package dev.turnpike.schema;

/// How often patterns may look at a character before they are given up: some take time that doubles with every
/// character. To be used by one thread.
public final class Looks {
    private int left;

    /// @param most a hundred million take about a second
    public Looks(int most) {
        this.left = most;
    }

    /// The same text, to be matched.
    ///
    /// @return whatever reads it throws [TooManyException] when there are no looks left
    public CharSequence at(CharSequence text) {
        return new Counted(text);
    }

    /// Matching was given up.
    public static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Counted implements CharSequence {
        private final CharSequence text;

        Counted(CharSequence text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (left-- <= 0) {
                throw new TooManyException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end));
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
