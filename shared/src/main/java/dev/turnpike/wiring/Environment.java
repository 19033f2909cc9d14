package dev.turnpike.wiring;

import dev.turnpike.access.NamePatterns;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The environment's texts as typed values. Blank counts as unset, because a template can't leave a variable out.
record Environment(Map<String, String> values) {

    String text(Variable variable) {
        return optionalText(variable).orElseThrow(() -> missing(variable));
    }

    Optional<String> optionalText(Variable variable) {
        String value = values.getOrDefault(variable.name(), "").strip();
        return Optional.of(value.isEmpty() ? variable.fallback() : value).filter(text -> !text.isEmpty());
    }

    String matching(Variable variable, Pattern pattern) {
        String value = text(variable);
        if (!pattern.matcher(value).matches()) {
            throw malformed(variable, value);
        }
        return value;
    }

    Optional<String> optionalMatching(Variable variable, Pattern pattern) {
        return optionalText(variable).isEmpty() ? Optional.empty() : Optional.of(matching(variable, pattern));
    }

    /// A text that may be too long for a variable: what begins with a slash is the path of a file that holds it.
    ///
    /// @param read of the text, or of an empty one; what its [IllegalArgumentException] says is told
    <T> T textOrFile(Variable variable, Function<String, T> read) {
        String text = optionalText(variable).orElse("");
        try {
            return read.apply(text.startsWith("/") ? Files.readString(Path.of(text)) : text);
        } catch (IOException | InvalidPathException _) {
            throw new SettingsException("%s names a file that cannot be read: %s. Put %s there."
                    .formatted(variable, text, variable.content()));
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException(
                    "%s is not valid: %s. Put %s there.".formatted(variable, wrong.getMessage(), variable.content()));
        }
    }

    NamePatterns names(Variable variable) {
        return NamePatterns.parse(optionalText(variable).orElse(""));
    }

    /// Values separated by commas; none when it is unset.
    ///
    /// @param one reads one of them, or throws an [IllegalArgumentException]
    <T> List<T> list(Variable variable, Function<String, T> one) {
        String text = optionalText(variable).orElse("");
        try {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .map(one)
                    .toList();
        } catch (IllegalArgumentException _) {
            throw malformed(variable, text);
        }
    }

    int count(Variable variable, int least, int most) {
        return optionalCount(variable, least, most).orElseThrow();
    }

    OptionalInt optionalCount(Variable variable, int least, int most) {
        Optional<String> value = optionalText(variable);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int count = Integer.parseInt(value.get());
            if (count >= least && count <= most) {
                return OptionalInt.of(count);
            }
        } catch (NumberFormatException _) {
            // Says the same as a number out of range.
        }
        throw malformed(variable, value.get());
    }

    Duration seconds(Variable variable, int least, int most) {
        return Duration.ofSeconds(count(variable, least, most));
    }

    OptionalDouble optionalNumber(Variable variable, double least, double most) {
        Optional<String> value = optionalText(variable);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            double number = Double.parseDouble(value.get());
            if (number >= least && number <= most) {
                return OptionalDouble.of(number);
            }
        } catch (NumberFormatException _) {
            // Says the same as a number out of range.
        }
        throw malformed(variable, value.get());
    }

    URI url(Variable variable) {
        text(variable);
        return optionalUrl(variable).orElseThrow();
    }

    /// An absolute http or https URL, without the slash at its end.
    Optional<URI> optionalUrl(Variable variable) {
        return optionalText(variable).map(value -> httpUrl(value).orElseThrow(() -> unusableUrl(variable)));
    }

    /// The same for any text; empty where it is none.
    static Optional<URI> httpUrl(String value) {
        try {
            URI url = new URI(value.replaceFirst("/+$", ""));
            boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
            return http && url.getHost() != null && url.getRawUserInfo() == null ? Optional.of(url) : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    static SettingsException missing(Variable variable) {
        return new SettingsException("%s is not set: put %s there.".formatted(variable.name(), variable.content()));
    }

    /// Doesn't repeat the value: people put keys into URLs.
    static SettingsException unusableUrl(Variable variable) {
        return new SettingsException("%s can't be used: put %s there.".formatted(variable.name(), variable.content()));
    }

    static SettingsException malformed(Variable variable, String value) {
        return new SettingsException(
                "%s is \"%s\": put %s there.".formatted(variable.name(), value, variable.content()));
    }
}
