package dev.turnpike.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTokensTest {
    /// The examples of OpenAI's guide, and what its API reported for the sizes of `reported-usage.jsonl`.
    @ParameterizedTest
    @CsvSource({
        "gpt-4o, 1024, 1024, high, 765",
        "gpt-4o, 2048, 4096, high, 1105",
        "gpt-4o, 4096, 8192, low, 85",
        "gpt-4o, 540, 360, , 425",
        "gpt-4o, 597, 566, auto, 765",
        "gpt-4o, 512, 512, high, 255",
        "gpt-4o, 513, 512, high, 425",
        "gpt-4.1, 1024, 1024, high, 765",
        "gpt-4o-mini, 1024, 1024, high, 25501",
        "gpt-4o-mini, 1024, 1024, low, 2833",
        "gpt-5, 1024, 1024, high, 630",
        "gpt-5-2025-08-07, 1, 1, high, 210",
        "o3, 1024, 1024, high, 675",
        "computer-use-preview, 1024, 1024, high, 581",
        "gpt-4.1-mini, 1024, 1024, high, 1659",
        "gpt-4.1-nano, 1024, 1024, high, 2520",
        "o4-mini, 1024, 1024, high, 1762",
        "gpt-4.1-mini, 1800, 2400, high, 2353",
        "gpt-5-nano, 32, 33, high, 5",
        "gpt-5.4, 1600, 1600, high, 3000",
        "gpt-5.4, 3200, 3200, original, 12000"
    })
    void anImageTakesWhatTheGuideSays(String model, long width, long height, String detail, long tokens) {
        ImageTokens images = TokenRules.of(model).images();

        assertThat(images.of(new ImageSize(width, height), detail)).isEqualTo(tokens);
    }

    @Test
    void aBoundIsNeverBelowAnEstimateAndTheDearestIsTheMost() {
        var random = new Random(3);
        for (String model : List.of("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-4.1-nano", "gpt-5.5", "claude", "o1")) {
            ImageTokens images = TokenRules.of(model).images();
            for (String detail : new String[] {null, "low", "high", "auto", "original", "odd"}) {
                assertThat(images.most(Optional.empty(), detail))
                        .isGreaterThanOrEqualTo(images.about(Optional.empty(), detail));
                for (int i = 0; i < 2_000; i++) {
                    var size = new ImageSize(side(random), side(random));
                    long about = images.about(Optional.of(size), detail);

                    assertThat(about).as("%s of %s, %s", size, model, detail).isPositive();
                    assertThat(images.most(Optional.of(size), detail)).isGreaterThanOrEqualTo(about);
                    assertThat(images.most(Optional.empty(), detail))
                            .isGreaterThanOrEqualTo(images.most(Optional.of(size), detail));
                }
            }
        }
    }

    private static long side(Random random) {
        return 1 + ((random.nextInt() & 0xFFFFFFFFL) >> random.nextInt(32));
    }
}
