package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceListTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    private final PriceList openai = PriceList.forProvider("openai");

    @Test
    void costsByHand() {
        // 0.15 USD per million in, 0.075 cached, 0.60 out.
        assertThat(micros(openai, "gpt-4o-mini", Usage.reported(1_000_000, 0, 1_000_000, 0), NOON))
                .isEqualTo(750_000);
        assertThat(micros(openai, "gpt-4o-mini", Usage.reported(10_000, 4_000, 500, 300), NOON))
                .isEqualTo(900 + 300 + 300);
        // 2.50 in, 10.00 out.
        assertThat(micros(openai, "gpt-4o", Usage.reported(123, 0, 45, 0), NOON))
                .isEqualTo(758); // 307.5 + 450
        // 5 in, 15 out, no price for cached tokens: they cost what the others cost.
        assertThat(micros(openai, "chatgpt-4o-latest", Usage.reported(10, 10, 1, 0), NOON))
                .isEqualTo(65);
        assertThat(micros(openai, "gpt-4o", Usage.NONE, NOON)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "4, 1", "7, 1", "10, 2"})
    void halfAMicroDollarIsRoundedUp(long tokens, long micros) {
        // 0.15 micro-USD a token: 0.45, 0.60, 1.05, 1.5
        assertThat(micros(openai, "gpt-4o-mini", Usage.reported(tokens, 0, 0, 0), NOON))
                .isEqualTo(micros);
    }

    @Test
    void theWholeRequestCostsTheTierThatItsInputReaches() {
        PriceList anthropic = PriceList.forProvider("anthropic");
        Instant tiered = Instant.parse("2026-03-12T23:59:59Z");
        assertThat(micros(anthropic, "claude-opus-4-6", Usage.reported(200_000, 0, 1_000, 0), tiered))
                .isEqualTo(200_000 * 5 + 25_000);
        assertThat(micros(anthropic, "claude-opus-4-6", Usage.reported(200_001, 1, 1_000, 0), tiered))
                .isEqualTo(200_000 * 10 + 1 + 37_500);
    }

    @Test
    void aDatedPriceBeginsAtMidnightUtc() {
        Usage usage = Usage.reported(1_000_000, 0, 0, 0);
        assertThat(micros(openai, "o3", usage, Instant.parse("2025-06-09T23:59:59.999Z")))
                .isEqualTo(10_000_000);
        assertThat(micros(openai, "o3", usage, Instant.parse("2025-06-10T00:00:00Z")))
                .isEqualTo(2_000_000);
    }

    @ParameterizedTest
    @CsvSource({
        "00:29:59Z, 135000",
        "00:30:00Z, 270000",
        "16:29:59Z, 270000",
        "16:30:00Z, 135000",
        "23:59:59Z, 135000",
    })
    void aPriceByTimeOfDayHoldsUntilJustBeforeItsEnd(String time, long micros) {
        Instant at = Instant.parse("2025-03-01T" + time);
        assertThat(micros(PriceList.forProvider("deepseek"), "deepseek-chat", Usage.reported(1_000_000, 0, 0, 0), at))
                .isEqualTo(micros);
    }

    @ParameterizedTest
    @CsvSource({"21:59:59Z, 2", "22:00:00Z, 1", "00:00:00Z, 1", "05:59:59Z, 1", "06:00:00Z, 2"})
    void aPriceByTimeOfDayMayRunPastMidnight(String time, long micros) {
        PriceList own = own("""
            {"equals": "owl"}, "prices": [
              {"prices": {"input_mtok": 2, "output_mtok": 2}},
              {"constraint": {"start_time": "22:00:00Z", "end_time": "06:00:00Z"}, "prices": {"input_mtok": 1}}]
            """);
        Instant at = Instant.parse("2026-11-01T" + time);
        assertThat(micros(own, "owl", Usage.reported(1, 0, 0, 0), at)).isEqualTo(micros);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, gpt-4o-mini-2024-07-18",
        "https://api.mistral.ai/v1, codestral-latest",
        "https://my.openai.azure.com/openai/v1, o1",
        "https://generativelanguage.googleapis.com/v1beta/openai, gemini-2.5-pro",
        "http://localhost:11434/v1, gpt-4o",
        "mistral, codestral-latest",
        "openai, GPT-4o-Mini",
        "'', gpt-4o",
    })
    void theProviderIsFoundByItsIdOrItsBaseUrl(String idOrBaseUrl, String model) {
        assertThat(PriceList.forProvider(idOrBaseUrl)
                        .cost(model, Usage.reported(1_000, 0, 0, 0), NOON)
                        .known())
                .isTrue();
    }

    @Test
    void aSpelledOutNameIsTakenBeforeAPatternThatStandsAbove() {
        PriceList own = own("""
            {"starts_with": "owl"}, "prices": {"input_mtok": 1, "output_mtok": 1}},
            {"id": "b", "match": {"or": [{"equals": "owl-2"}]}, "prices": {"input_mtok": 2, "output_mtok": 2}},
            {"id": "c", "match": {"starts_with": "owl-3"}, "prices": {"input_mtok": 3, "output_mtok": 3}
            """);
        assertThat(micros(own, "owl-2", Usage.reported(1, 0, 0, 0), NOON)).isEqualTo(2);
        assertThat(micros(own, "owl-3", Usage.reported(1, 0, 0, 0), NOON)).isEqualTo(1);
    }

    @DisplayName("fault 47: an unknown model costs unknown, never 0; cached > input and negative usage are clamped")
    @Test
    void unknownCostsAndImpossibleUsage() {
        assertThat(openai.cost("my-own-llama", Usage.reported(1_000, 0, 1_000, 0), NOON))
                .isEqualTo(Cost.unknown("2026-11"));
        assertThat(openai.cost("my-own-llama", Usage.NONE, NOON).known()).isFalse();
        assertThat(openai.cost("", Usage.NONE, NOON).known()).isFalse();
        assertThat(openai.cost("gpt-4o".repeat(1_000), Usage.NONE, NOON).known())
                .isFalse();

        assertThat(micros(openai, "gpt-4o-mini", Usage.reported(100, 1_000_000, 0, 0), NOON))
                .isEqualTo(8); // 100 cached tokens, 7.5
        assertThat(micros(openai, "gpt-4o-mini", Usage.reported(-5, -5, -5, -5), NOON))
                .isZero();
        assertThat(openai.cost("gpt-4o", Usage.reported(Long.MAX_VALUE, 0, 0, 0), NOON))
                .isEqualTo(Cost.unknown("2026-11"));
    }

    @Test
    void aPriceThatIsNeededAndMissingMakesTheCostUnknown() {
        PriceList own = own("{\"equals\": \"owl\"}, \"prices\": {\"input_mtok\": 1}");
        assertThat(micros(own, "owl", Usage.reported(10, 0, 0, 0), NOON)).isEqualTo(10);
        assertThat(own.cost("owl", Usage.reported(10, 0, 1, 0), NOON)).isEqualTo(Cost.unknown("own-1"));
    }

    @Test
    void windowDeprecationAndVersionComeFromTheList() {
        assertThat(openai.contextWindow("gpt-4o-mini")).hasValue(128_000);
        assertThat(openai.contextWindow("ada")).isEmpty();
        assertThat(openai.contextWindow("my-own-llama")).isEmpty();
        assertThat(openai.deprecated("gpt-4o-mini")).isFalse();
        assertThat(openai.deprecated("my-own-llama")).isFalse();
        assertThat(openai.warning("gpt-4o-mini")).isEmpty();
        PriceList mistral = PriceList.forProvider("mistral");
        assertThat(mistral.deprecated("mistral-tiny")).isTrue();
        assertThat(mistral.warning("mistral-tiny").orElseThrow()).contains("'mistral-tiny' is deprecated");
        assertThat(openai.version()).isEqualTo("2026-11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void everyModelOfTheListHasAPrice(String provider) {
        PriceFile.Contents contents =
                PriceFile.read(Objects.requireNonNull(PriceList.class.getResourceAsStream("prices.json")), provider);
        assertThat(contents.models()).isNotEmpty().allSatisfy(model -> {
            assertThat(model.of("", Usage.reported(500_000, 1_000, 1_000, 0), NOON))
                    .hasValueSatisfying(micros -> assertThat(micros).isPositive());
            assertThat(model.match().names())
                    .allSatisfy(name -> assertThat(name).isEqualTo(name.toLowerCase(Locale.ROOT)));
        });
    }

    /// The costs are those that the reference implementation computes from the same prices.
    @Test
    void costsAreThoseOfTheReferenceImplementation() {
        assertThat(reference()).hasSizeGreaterThan(300).allSatisfy(line -> {
            String[] field = line.split(",", -1);
            Usage usage =
                    Usage.reported(Long.parseLong(field[2]), Long.parseLong(field[3]), Long.parseLong(field[4]), 0);
            assertThat(micros(PriceList.forProvider(field[0]), field[1], usage, Instant.parse(field[5])))
                    .isEqualTo(Long.parseLong(field[6]));
        });
    }

    private static Stream<String> reference() {
        try (var csv = Objects.requireNonNull(PriceListTest.class.getResourceAsStream("reference-costs.csv"))) {
            return new String(csv.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PriceList own(String model) {
        return PriceFileTest.own("""
            {"version": "own-1", "providers": {"openai": {"models": [{"id": "a", "match": %s}]}}}
            """.formatted(model));
    }

    private static long micros(PriceList prices, String model, Usage usage, Instant at) {
        Cost cost = prices.cost(model, usage, at);
        assertThat(cost.known()).as(model).isTrue();
        return Objects.requireNonNull(cost.micros());
    }
}
