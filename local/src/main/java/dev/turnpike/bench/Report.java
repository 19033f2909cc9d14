package dev.turnpike.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The table, in plain text.
final class Report {
    private static final String FORM = "%-44s %10s %10s   %-18s %s";

    private final List<String> lines = new ArrayList<>();

    void note(String text) {
        lines.add(text);
    }

    void section(String name) {
        lines.add("");
        lines.add(FORM.formatted(name, "floor", "Turnpike", "target", "").stripTrailing());
    }

    /// A number that nothing is demanded of.
    void row(String what, String floor, String turnpike) {
        row(what, floor, turnpike, "", "");
    }

    /// @param verdict what was reached, and whether that is enough
    void row(String what, String floor, String turnpike, String target, String verdict) {
        lines.add(FORM.formatted("  " + what, floor, turnpike, target, verdict).stripTrailing());
    }

    /// `1.57 x, met`
    static String verdict(double value, double limit, String form) {
        return number(form, value) + (value <= limit ? ", met" : ", NOT met");
    }

    static String number(String form, double value) {
        return String.format(Locale.ROOT, form, value);
    }

    @Override
    public String toString() {
        return String.join("\n", lines) + "\n";
    }
}
