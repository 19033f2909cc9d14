package dev.turnpike.ledger;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which model names a price is for. Names are compared in lower case unless said otherwise.
public sealed interface ModelMatch {
    boolean matches(String model);

    /// The names that are matched as a whole, whatever else matches.
    default Stream<String> names() {
        return Stream.empty();
    }

    record Equal(String name) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return model.equals(name);
        }

        @Override
        public Stream<String> names() {
            return Stream.of(name);
        }
    }

    record Prefix(String text) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return model.startsWith(text);
        }
    }

    record Suffix(String text) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return model.endsWith(text);
        }
    }

    record Part(String text) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return model.contains(text);
        }
    }

    record Any(List<ModelMatch> of) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return of.stream().anyMatch(match -> match.matches(model));
        }

        @Override
        public Stream<String> names() {
            return of.stream().flatMap(ModelMatch::names);
        }
    }

    record All(List<ModelMatch> of) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return of.stream().allMatch(match -> match.matches(model));
        }
    }

    /// As an operator's settings say it. Letters count as they are.
    record Given(Predicate<String> setting) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return setting.test(model);
        }
    }

    /// Found anywhere in the name unless the expression anchors itself.
    record Regex(Pattern pattern) implements ModelMatch {
        @Override
        public boolean matches(String model) {
            return pattern.matcher(model).find();
        }
    }
}
