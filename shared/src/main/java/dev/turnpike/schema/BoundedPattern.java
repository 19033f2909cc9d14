package dev.turnpike.schema;

import com.networknt.schema.regex.RegularExpression;
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
        return pattern.matcher(new Looks(MOST_LOOKS).at(value)).find();
    }
}
