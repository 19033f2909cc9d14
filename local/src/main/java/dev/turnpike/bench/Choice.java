package dev.turnpike.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What the command line asks for.
///
/// @param quick fewer rounds, for a first look
record Choice(Set<Section> sections, boolean quick) {
    enum Section {
        STREAM,
        COLD,
        CAPACITY,
        ADMISSION,
        RUN
    }

    /// @throws IllegalArgumentException with a message for whoever typed it
    static Choice parse(List<String> arguments) {
        Set<Section> sections = EnumSet.allOf(Section.class);
        boolean quick = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            switch (rest.next()) {
                case "--quick" -> quick = true;
                case "--only" -> sections = sections(rest.hasNext() ? rest.next() : "");
                default ->
                    throw new IllegalArgumentException(
                            "The flags are --quick, and --only with any of stream,cold,capacity,admission,run.");
            }
        }
        return new Choice(sections, quick);
    }

    private static Set<Section> sections(String names) {
        Set<Section> sections = EnumSet.noneOf(Section.class);
        for (String name : names.split(",", -1)) {
            sections.add(Arrays.stream(Section.values())
                    .filter(section -> section.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--only takes any of stream,cold,capacity,admission,run, not " + name)));
        }
        return sections;
    }

    boolean has(Section section) {
        return sections.contains(section);
    }
}
