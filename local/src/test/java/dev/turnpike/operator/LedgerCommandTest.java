package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.MemoryUsageStore;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.RunKey;
import dev.turnpike.tokens.Usage;
import dev.turnpike.usage.Charge;
import dev.turnpike.usage.Charges;
import dev.turnpike.usage.UsageCount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LedgerCommandTest {
    private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);
    private static final PriceList PRICES = PriceList.forProvider("openai");
    private static final String CONVERSATION = "01k1111111111111aaaaaaaaaa";
    private static final String RUN = "01k0000000000000bbbbbbbbbb";
    private static final Usage USED = new Usage(1_000, 400, 0, 500, 100, false);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T12:00:30Z"));
    private final PortCalls calls = new PortCalls();
    private final MemoryStore ledger = new MemoryStore(clock, Duration.ofDays(30), calls);
    private final MemoryUsageStore usage = new MemoryUsageStore(ledger, calls);
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private int status;

    private void write(List<Charge> charges) {
        charges.forEach(charge -> ledger.abandon(charge.run(), charge.row()));
    }

    private void count() {
        new UsageCount(usage, SameThread::new).sweep(Deadline.in(Duration.ofMinutes(1), clock));
    }

    private static Charge charge(String user, int step, Cost cost) {
        var row = new LedgerRow(
                RUN,
                new Payer("key_1", user),
                step,
                step + 1L,
                State.ABANDONED,
                "gpt-4o",
                "",
                false,
                USED,
                cost,
                new Amount(17, 3),
                -1,
                Instant.parse("2026-11-02T10:00:00Z").plusSeconds(step));
        return new Charge(new RunKey(new ConversationKey("acme", CONVERSATION), RUN), row);
    }

    private String command(String... arguments) throws IOException {
        var output = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--table", "any"));
        said.reset();
        status = new LedgerCommand(usage, new PrintStream(output, true, UTF_8), new PrintStream(said, true, UTF_8))
                .run(LedgerFlags.parse(all.toArray(String[]::new)));
        return output.toString(UTF_8);
    }

    private String export(String format, String tenant, LocalDate first, LocalDate last) throws IOException {
        return command("export", "--tenant", tenant, "--from", "" + first, "--to", "" + last, "--format", format);
    }

    @Test
    void jsonLinesHoldEveryRowOfThePeriodInOrderAndNoOther() throws IOException {
        List<Charge> charges = Charges.random(new Random(5), 400, FIRST, 9);
        write(charges);
        count();
        LocalDate first = FIRST.plusDays(2);
        LocalDate last = FIRST.plusDays(6);

        List<JsonNode> lines = export("jsonl", "t-1", first, last)
                .lines()
                .map(JsonMapper.shared()::readTree)
                .toList();

        List<Charge> expected = charges.stream()
                .filter(charge -> charge.tenant().equals("t-1"))
                .filter(charge -> !charge.day().isBefore(first) && !charge.day().isAfter(last))
                .toList();
        assertThat(lines).hasSameSizeAs(expected).isNotEmpty();
        assertThat(lines.stream().map(line -> line.path("response_id").asString()))
                .containsExactlyInAnyOrderElementsOf(expected.stream()
                        .map(charge -> charge.run().responseId())
                        .toList());
        assertThat(lines.stream().map(line -> line.path("at").asString())).isSorted();
        assertThat(lines.stream()
                        .mapToLong(line -> line.path("cost_micros").asLong(0))
                        .sum())
                .isEqualTo(expected.stream()
                        .mapToLong(charge -> micros(charge.row().cost()))
                        .sum());
        assertThat(lines.stream().filter(line -> line.path("cost_usd").isNull()))
                .hasSize((int) expected.stream()
                        .filter(charge -> !charge.row().cost().known())
                        .count());
        assertThat(said.toString(UTF_8)).isEmpty();
    }

    private static long micros(Cost cost) {
        Long micros = cost.micros();
        return micros == null ? 0 : micros;
    }

    @Test
    void theColumnsOfBothFormatsAreStable() throws IOException {
        write(List.of(
                charge("=HYPERLINK(\"x\")", 0, new Cost(1_200L, "2026-11")), charge("ödön", 1, Cost.unknown("v"))));
        count();

        assertThat(export("csv", "acme", FIRST, FIRST.plusDays(1)))
                .isEqualTo(
                        "at,tenant,conversation,response_id,step,attempt,state,key,user,model,service_tier,from_cache,input_tokens,cached_tokens,cache_write_tokens,output_tokens,reasoning_tokens,estimated,cost_micros,cost_usd,price_version,doubt_micros,doubt_tokens,ttft_ms\r\n"
                            + "2026-11-02T10:00:00.000Z,acme,conv_" + CONVERSATION + ",resp_" + CONVERSATION + RUN
                                + ",0,1,abandoned,key_1,\"'=HYPERLINK(\"\"x\"\")\",gpt-4o,default,false,"
                                + "1000,400,0,500,100,false,1200,0.001200,2026-11,17,3,\r\n"
                                + "2026-11-02T10:00:01.000Z,acme,conv_" + CONVERSATION + ",resp_" + CONVERSATION + RUN
                                + ",1,2,abandoned,key_1,ödön,gpt-4o,default,false,1000,400,0,500,100,false,,,v,17,3,\r\n");
        assertThat(export("jsonl", "acme", FIRST, FIRST.plusDays(1))
                        .lines()
                        .toList()
                        .getLast())
                .isEqualTo("{\"at\":\"2026-11-02T10:00:01.000Z\",\"tenant\":\"acme\",\"conversation\":\"conv_"
                        + CONVERSATION + "\",\"response_id\":\"resp_" + CONVERSATION + RUN
                        + "\",\"step\":1,\"attempt\":2,\"state\":\"abandoned\",\"key\":\"key_1\",\"user\":\"ödön\","
                        + "\"model\":\"gpt-4o\",\"service_tier\":\"default\",\"from_cache\":false,"
                        + "\"input_tokens\":1000,\"cached_tokens\":400,\"cache_write_tokens\":0,"
                        + "\"output_tokens\":500,\"reasoning_tokens\":100,\"estimated\":false,"
                        + "\"cost_micros\":null,\"cost_usd\":null,\"price_version\":\"v\","
                        + "\"doubt_micros\":17,\"doubt_tokens\":3,\"ttft_ms\":null}");
    }

    @Test
    void aFieldThatASpreadsheetWouldRunIsMadeAText() {
        assertThat(Stream.of("=1", "+1", "-1", "@x", "\tx", "\rx").map(LedgerExport::field))
                .containsExactly("'=1", "'+1", "'-1", "'@x", "'\tx", "\"'\rx\"");
        assertThat(Stream.of("a=1", "a,b", "a\"b", "a\nb", "'x", "", -1, true).map(LedgerExport::field))
                .containsExactly("a=1", "\"a,b\"", "\"a\"\"b\"", "\"a\nb\"", "'x", "", "-1", "true");
        assertThat(LedgerExport.field(null)).isEmpty();
    }

    @Test
    void rowsThatAreNotCountedYetAreSaidByTheirNumber() throws IOException {
        write(List.of(charge("", 0, PRICES.free())));
        count();
        write(List.of(charge("", 1, PRICES.free()), charge("", 2, PRICES.free())));

        assertThat(export("jsonl", "acme", FIRST, FIRST.plusDays(1)).lines()).hasSize(1);
        assertThat(said.toString(UTF_8)).contains("perhaps not among them: 2.");

        export("jsonl", "another", FIRST, FIRST.plusDays(1));
        assertThat(said.toString(UTF_8)).isEmpty();
        export("jsonl", "acme", FIRST, FIRST);
        assertThat(said.toString(UTF_8)).isEmpty();
    }

    @Test
    void aFileHasItsNameWhenItIsWhole(@TempDir Path folder) throws IOException {
        write(List.of(charge("", 0, PRICES.free())));
        count();
        Path file = folder.resolve("november.csv");
        String printed = export("csv", "acme", FIRST, FIRST.plusDays(29));

        String output = command(
                "export",
                "--tenant",
                "acme",
                "--from",
                "2026-11-01",
                "--to",
                "2026-11-30",
                "--format",
                "csv",
                "--out",
                "" + file);

        assertThat(output).isEmpty();
        assertThat(said.toString(UTF_8)).isEqualTo("1 rows in " + file + "\n");
        assertThat(file).hasContent(printed);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void recomputingFindsACostThatItsTokensDoNotMake() throws IOException {
        Instant at = Instant.parse("2026-11-02T10:00:00Z");
        Cost right = PRICES.cost("gpt-4o", USED, at);
        Cost wrong = new Cost(micros(right) + 1_000_000, right.priceVersion());
        write(List.of(charge("", 0, right), charge("", 1, right), charge("", 2, new Cost(1L, "2020-01"))));
        count();

        assertThat(recompute())
                .isEqualTo(totals(2, 1, right, micros(right) * 2, micros(right) * 2) + "0 differences\n");
        assertThat(status).isZero();

        write(List.of(charge("", 3, wrong), charge("", 4, Cost.unknown(right.priceVersion()))));
        count();

        assertThat(recompute())
                .contains("step 3, attempt 4, gpt-4o: charged " + usd(micros(wrong)) + " USD, by its tokens "
                        + usd(micros(right)) + " USD")
                .contains("step 4, attempt 5, gpt-4o: charged unknown, by its tokens " + usd(micros(right)) + " USD")
                .endsWith("without a price 1\n2 differences\n");
        assertThat(status).isEqualTo(1);
    }

    private String recompute() throws IOException {
        return command("recompute", "--tenant", "acme", "--from", "2026-11-01", "--to", "2026-11-30");
    }

    private static String totals(int recomputed, int skipped, Cost cost, long charged, long again) {
        return "rows %d (recomputed %d, of other price versions than %s %d)%ncharged %s USD, by their tokens %s USD, without a price 0%n"
                .formatted(recomputed + skipped, recomputed, cost.priceVersion(), skipped, usd(charged), usd(again));
    }

    private static String usd(long micros) {
        return "%d.%06d".formatted(micros / 1_000_000, micros % 1_000_000);
    }

    @ParameterizedTest
    @CsvSource({
        "'', Say ledger export or ledger recompute",
        "'drop', Say ledger export or ledger recompute",
        "'export --table t --tenant a --from 2026-11-01', Say --to",
        "'export --table t --tenant a --from 2026-11-01 --to 2026-10-31', --to lies before --from",
        "'export --table t --tenant a --from 1.11.2026 --to 2026-11-01', --from is a day",
        "'export --table t --tenant a --from 2026-11-01 --to 2026-11-01 --format xml', --format is jsonl or csv",
        "'recompute --table t --tenant a --from 2026-11-01 --to 2026-11-01 --out f', are for an export",
        "'export --table --tenant a', --table takes a value",
        "'export --colour red', There is no flag --colour"
    })
    void whatMakesNoCommandIsSaid(String arguments, String message) {
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");
        assertThatThrownBy(() -> LedgerFlags.parse(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
