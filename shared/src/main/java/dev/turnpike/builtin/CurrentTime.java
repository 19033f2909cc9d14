package dev.turnpike.builtin;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Date and time, which a model does not know.
final class CurrentTime implements Tool<CurrentTime.Arguments> {
    private final InstantSource clock;

    CurrentTime(InstantSource clock) {
        this.clock = clock;
    }

    record Arguments(
            @Describe("IANA time zone, for example Europe/Berlin, or UTC")
            String zone) {}

    @Override
    public String name() {
        return "current_time";
    }

    @Override
    public String description() {
        return "The current date, time and weekday in a time zone.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public Kind kind() {
        return Kind.BUILT_IN;
    }

    @Override
    public Effect effect() {
        return Effect.READ_ONLY;
    }

    /// For example `2026-11-21T14:05:09+01:00, Saturday`.
    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        ZonedDateTime now = clock.instant().atZone(zone(arguments.zone())).truncatedTo(ChronoUnit.SECONDS);
        String weekday = now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(now) + ", " + weekday;
    }

    private static ZoneId zone(String name) throws ToolException {
        try {
            return ZoneId.of(name.strip());
        } catch (DateTimeException _) {
            throw new ToolException("unknown time zone \"%s\"; use an IANA name such as Europe/Berlin, or UTC"
                    .formatted(ToolText.head(name, 64)));
        }
    }
}
