package dev.turnpike.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A shell's text, taken apart into simple commands: those in a row, in a pipe, in a substitution, in a subshell.
///
/// It reads enough of the shell's grammar to judge what a text does at most, and gives up on the rest.
final class ShellScript {
    /// What stands for an output that is open already, or for closing it.
    static final Pattern DUPLICATE = Pattern.compile("&(?:\\d+|-)");

    /// A simple command.
    ///
    /// @param words as the shell would see them, quotes taken off; expansions are left as they are written
    /// @param targets what its output is redirected to
    record Simple(List<String> words, List<String> targets) {
        String text() {
            return String.join(" ", words);
        }
    }

    /// It can't be told what the text does.
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String why) {
            super(why);
        }
    }

    /// In characters; what is longer is not taken apart.
    static final int LONGEST = 65_536;

    private static final String CONTINUED = "\\\n";
    private static final int MOST_DEPTH = 8;
    private static final String BLANKS = " \t";
    private static final String SEPARATORS = "\n;&|()";

    private final String text;
    private final int depth;
    private final List<Simple> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private List<String> targets = new ArrayList<>();
    private int at;

    private ShellScript(String text, int depth) {
        this.text = text;
        this.depth = depth;
    }

    static List<Simple> commands(String text) throws UnreadableException {
        if (text.length() > LONGEST) {
            throw new UnreadableException("too long");
        }
        // A line that goes on within an operator or before an expansion is nobody's habit.
        if (text.contains("$" + CONTINUED) || text.contains("<" + CONTINUED) || text.contains(">" + CONTINUED)) {
            throw new UnreadableException("an operator is broken over lines");
        }
        return new ShellScript(text, 0).read();
    }

    private List<Simple> read() throws UnreadableException {
        if (depth > MOST_DEPTH) {
            throw new UnreadableException("nested too deep");
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if (BLANKS.indexOf(c) >= 0) {
                at++;
            } else if (text.startsWith(CONTINUED, at)) {
                at += CONTINUED.length();
            } else if (c == '#') {
                skipLine();
            } else if (c == '<' || c == '>' || startsRedirection()) {
                redirection();
            } else if (SEPARATORS.indexOf(c) >= 0) {
                at++;
                finish();
            } else {
                words.add(word());
            }
        }
        finish();
        return commands;
    }

    private void finish() {
        if (!words.isEmpty() || !targets.isEmpty()) {
            commands.add(new Simple(words, targets));
            words = new ArrayList<>();
            targets = new ArrayList<>();
        }
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    /// `2>` and `&>`.
    private boolean startsRedirection() {
        int i = at;
        while (i < text.length() && Character.isDigit(text.charAt(i))) {
            i++;
        }
        boolean both = i == at && text.startsWith("&>", at);
        return both || (i > at && i < text.length() && (text.charAt(i) == '>' || text.charAt(i) == '<'));
    }

    private void redirection() throws UnreadableException {
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '&')) {
            at++;
        }
        if (text.startsWith("<<", at) && !text.startsWith("<<<", at)) {
            throw new UnreadableException("a text that stands in the script");
        }
        boolean out = false;
        while (at < text.length() && "<>&|".indexOf(text.charAt(at)) >= 0) {
            out |= text.charAt(at++) == '>';
        }
        if (at < text.length() && text.charAt(at) == '(') {
            inner(matching('(', ')'));
            // The word goes on: what follows the bracket at once is no comment.
            words.add("$" + word());
            return;
        }
        boolean duplicates = text.charAt(at - 1) == '&';
        while (at < text.length() && BLANKS.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String target = duplicates ? "&" + word() : word();
        // What is read is nothing's loss, but where that is the network.
        if (out || target.startsWith("/dev/")) {
            targets.add(target);
        }
    }

    private String word() throws UnreadableException {
        var word = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (BLANKS.indexOf(c) >= 0 || SEPARATORS.indexOf(c) >= 0 || c == '<' || c == '>') {
                break;
            }
            switch (c) {
                case '\'' -> word.append(quoted());
                case '"' -> doubleQuoted(word);
                default -> plain(word);
            }
        }
        return word.toString();
    }

    private String quoted() throws UnreadableException {
        int end = text.indexOf('\'', at + 1);
        if (end < 0) {
            throw new UnreadableException("a quote is not closed");
        }
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    private void doubleQuoted(StringBuilder word) throws UnreadableException {
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            plain(word);
        }
        if (at == text.length()) {
            throw new UnreadableException("a quote is not closed");
        }
        at++;
    }

    /// One character, one that is escaped, or a substitution.
    private void plain(StringBuilder word) throws UnreadableException {
        char c = text.charAt(at);
        if (text.startsWith(CONTINUED, at)) {
            at += CONTINUED.length();
        } else if (c == '\\' && at + 1 < text.length()) {
            word.append(text.charAt(at + 1));
            at += 2;
        } else if (c == '`') {
            int end = text.indexOf('`', at + 1);
            if (end < 0) {
                throw new UnreadableException("a substitution is not closed");
            }
            inner(text.substring(at + 1, end));
            at = end + 1;
            word.append('$');
        } else if (text.startsWith("$(", at)) {
            at++;
            inner(matching('(', ')'));
            word.append('$');
        } else if (text.startsWith("$'", at) || text.startsWith("${", at)) {
            throw new UnreadableException("an expansion that may be anything");
        } else {
            word.append(c);
            at++;
        }
    }

    private void inner(String script) throws UnreadableException {
        commands.addAll(new ShellScript(script, depth + 1).read());
    }

    /// What stands between a bracket here and the one that closes it; what is quoted in between counts for nothing.
    private String matching(char open, char close) throws UnreadableException {
        int start = at + 1;
        int level = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '\'') {
                at = start + Math.max(0, text.indexOf('\'', at + 1) - start);
            } else if (c == open) {
                level++;
            } else if (c == close && --level == 0) {
                at++;
                return text.substring(start, at - 1);
            }
        }
        throw new UnreadableException("a bracket is not closed");
    }
}
