package dev.turnpike.responses;

import dev.turnpike.run.RunRequest.Lane;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The fields that mean the same in the Responses API and in Chat Completions.
public final class SharedFields {
    private static final List<String> TIERS = List.of("auto", "default", "flex", "scale", "priority", "fast");
    private static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
    private static final List<String> VERBOSITIES = List.of("low", "medium", "high");
    private static final Set<String> STREAM_OPTIONS = Set.of("include_obfuscation", "include_usage");
    private static final int LONGEST_IDENTIFIER = 512;

    private SharedFields() {}

    /// @throws ApiException one of them is wrong
    public static void validate(Fields body) {
        body.flag("store");
        body.flag("parallel_tool_calls");
        body.integer("top_logprobs", 0, 20);
        body.decimal("temperature", 0, 2);
        body.decimal("top_p", 0, 1);
        body.decimal("presence_penalty", -2, 2);
        body.decimal("frequency_penalty", -2, 2);
        body.oneOf("service_tier", TIERS);
        for (String name : List.of("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")) {
            body.text(name, LONGEST_IDENTIFIER);
        }
        body.object(RequestReader.OURS).ifPresent(OwnFields::validate);
        ConversationReader.metadata(body);
        streamOptions(body);
    }

    /// How much the model is to think.
    public static Optional<String> effort(Fields in, String name) {
        return in.oneOf(name, EFFORTS);
    }

    /// How much the model is to say.
    public static Optional<String> verbosity(Fields in) {
        return in.oneOf("verbosity", VERBOSITIES);
    }

    /// The lane of the tier that was asked for.
    static Lane lane(Fields body) {
        return switch (body.text("service_tier").orElse("")) {
            case "priority" -> Lane.PRIORITY;
            case "flex" -> Lane.FLEX;
            default -> Lane.NORMAL;
        };
    }

    /// The tier that a run was served in.
    public static String tier(Lane lane) {
        return switch (lane) {
            case PRIORITY -> "priority";
            case NORMAL -> "default";
            case FLEX -> "flex";
        };
    }

    private static void streamOptions(Fields body) {
        body.flag("stream");
        body.object("stream_options").ifPresent(options -> {
            options.allowOnly(STREAM_OPTIONS);
            options.flag("include_obfuscation");
            if (!body.flag("stream").orElse(false)) {
                throw ApiException.invalid(
                        "invalid_value",
                        "stream_options",
                        "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
            }
        });
    }
}
