package dev.turnpike.tokens;

import dev.turnpike.tokens.ImageTokens.Others;
import dev.turnpike.tokens.ImageTokens.Patches;
import dev.turnpike.tokens.ImageTokens.Tiles;
import java.util.List;
import java.util.Locale;

/// What is known of how models count a prompt, by how their names begin; nothing else of the project knows it.
///
/// Sources: tiktoken's table of models, OpenAI's guide to images and vision, and what is measured in
/// `ReportedUsageTest`.
///
/// @param encoding tiktoken's name of it
/// @param openAi whether OpenAI serves the model, so that what was measured of its API holds
/// @param images what an image takes
/// @param before tokens that are there before anybody says anything
public record TokenRules(String encoding, boolean openAi, ImageTokens images, int before) {
    private static final String O200K = "o200k_base";
    private static final String CL100K = "cl100k_base";

    /// The system message that the Harmony format of gpt-oss begins with.
    private static final int HARMONY_TOKENS = 80;

    private static final ImageTokens GPT_4O_TILES = new Tiles(85, 170);
    private static final ImageTokens O_TILES = new Tiles(75, 150);
    private static final ImageTokens GPT_5_TILES = new Tiles(70, 140);

    private static final TokenRules UNKNOWN = new TokenRules(O200K, false, new Others(), 0);

    private record Family(String beginning, TokenRules rules) {}

    /// The first that fits counts.
    private static final List<Family> FAMILIES = List.of(
            family("gpt-5.1", O200K, GPT_5_TILES),
            family("gpt-5.2", O200K, new Patches(1_536, 1.2)),
            family("gpt-5.3", O200K, new Patches(1_536, 1.2)),
            family("gpt-5.4-mini", O200K, new Patches(1_536, 1.62)),
            family("gpt-5.4-nano", O200K, new Patches(1_536, 2.46)),
            family("gpt-5.", O200K, new Patches(2_500, 10_000, 1.2)),
            family("gpt-5-mini", O200K, new Patches(1_536, 1.62)),
            family("gpt-5-nano", O200K, new Patches(1_536, 2.46)),
            family("gpt-5", O200K, GPT_5_TILES),
            family("gpt-4.1-mini", O200K, new Patches(1_536, 1.62)),
            family("gpt-4.1-nano", O200K, new Patches(1_536, 2.46)),
            family("gpt-4.", O200K, GPT_4O_TILES),
            family("gpt-4o-mini", O200K, new Tiles(2_833, 5_667)),
            family("gpt-4o", O200K, GPT_4O_TILES),
            family("chatgpt-4o", O200K, GPT_4O_TILES),
            family("gpt-4", CL100K, GPT_4O_TILES),
            family("gpt-3.5", CL100K, GPT_4O_TILES),
            family("gpt-35", CL100K, GPT_4O_TILES),
            family("o4-mini", O200K, new Patches(1_536, 1.72)),
            family("codex-mini", O200K, new Patches(1_536, 1.72)),
            family("o1", O200K, O_TILES),
            family("o3", O200K, O_TILES),
            family("o4", O200K, O_TILES),
            family("computer-use-preview", O200K, new Tiles(65, 129)),
            new Family("gpt-oss", new TokenRules(O200K, false, new Others(), HARMONY_TOKENS)));

    private static Family family(String beginning, String encoding, ImageTokens images) {
        return new Family(beginning, new TokenRules(encoding, true, images, 0));
    }

    /// Of a model by its name, be it a version of it (`gpt-4o-2024-08-06`), a fine-tuned one (`ft:gpt-4o:org::id`), or
    /// named with who serves it (`openai/gpt-4o`, `openai.gpt-oss-120b-1:0`). Unknown ones count with `o200k_base`.
    public static TokenRules of(String model) {
        String name = bare(model.toLowerCase(Locale.ROOT));
        for (Family family : FAMILIES) {
            if (name.startsWith(family.beginning)) {
                return family.rules;
            }
        }
        return UNKNOWN;
    }

    private static String bare(String model) {
        String name = model;
        int tuned = name.startsWith("ft:") ? 0 : name.indexOf("/ft:") + 1;
        if (name.startsWith("ft:", tuned)) {
            name = name.substring(tuned + "ft:".length());
        }
        int colon = name.indexOf(':');
        name = colon < 0 ? name : name.substring(0, colon);
        name = name.substring(name.lastIndexOf('/') + 1);
        return name.startsWith("openai.") ? name.substring("openai.".length()) : name;
    }
}
