package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.usage.Charge;
import dev.turnpike.usage.Charges;
import dev.turnpike.usage.Counter;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class UsageReportsTest {
    private static final String USAGE = "/v1/organization/usage/completions";
    private static final String COSTS = "/v1/organization/costs";
    private static final int DAYS = 9;

    private final Bench bench = new Bench();
    private final LocalDate today = LocalDate.ofInstant(bench.work.clock.instant(), ZoneOffset.UTC);
    private final LocalDate first = today.minusDays(DAYS - 1);

    private List<Charge> used() {
        List<Charge> charges = Charges.random(new Random(21), 300, first, DAYS);
        charges.forEach(charge -> bench.work.store.abandon(charge.run(), charge.row()));
        bench.work.count();
        return charges;
    }

    private Answer ask(String path, Map<String, String> query) throws IOException {
        return bench.serve(new HttpRequest(
                "request-1", "192.0.2.1", "GET", path, Map.of("authorization", Bench.ADMIN), query, ""));
    }

    /// All pages, of so many days each.
    private List<JsonNode> buckets(String path, int limit, Map<String, String> more) throws IOException {
        Map<String, String> query = new HashMap<>(more);
        query.put("start_time", "" + ReportQuery.seconds(first));
        query.put("limit", "" + limit);
        List<JsonNode> buckets = new ArrayList<>();
        while (true) {
            Answer page = ask(path, query);
            assertThat(page.status()).as(page.body()).isEqualTo(200);
            assertThat(page.json().path("data").size()).isBetween(1, limit);
            page.json().path("data").forEach(buckets::add);
            if (!page.json().path("has_more").asBoolean()) {
                assertThat(page.json().path("next_page").isNull()).isTrue();
                return buckets;
            }
            query.put("page", page.json().path("next_page").asString());
        }
    }

    private static long sum(List<JsonNode> buckets, String field) {
        return buckets.stream()
                .flatMap(bucket -> bucket.path("results").valueStream())
                .mapToLong(result -> result.at(field).asLong())
                .sum();
    }

    private static BigDecimal money(List<JsonNode> buckets) {
        return buckets.stream()
                .flatMap(bucket -> bucket.path("results").valueStream())
                .map(result -> result.at("/amount/value").decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static void assertSum(List<JsonNode> buckets, List<Charge> charges) {
        var tally = Charges.sum(charges);
        assertThat(sum(buckets, "/input_tokens")).isEqualTo(tally.get(Counter.INPUT_TOKENS));
        assertThat(sum(buckets, "/output_tokens")).isEqualTo(tally.get(Counter.OUTPUT_TOKENS));
        assertThat(sum(buckets, "/input_cached_tokens")).isEqualTo(tally.get(Counter.CACHED_TOKENS));
        assertThat(sum(buckets, "/num_model_requests"))
                .isEqualTo(charges.stream()
                        .filter(charge -> !charge.row().fromCache())
                        .count());
        assertThat(sum(buckets, "/turnpike/unpriced_requests")).isEqualTo(tally.get(Counter.UNPRICED));
    }

    private static List<Charge> those(List<Charge> charges, Predicate<Charge> which) {
        return charges.stream().filter(which).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "1, ''",
        "4, model",
        "9, 'project_id,user_id,api_key_id,model,batch,service_tier'",
        "31, 'user_id,service_tier'",
        "2, batch"
    })
    void pagesAndGroupsSumToTheLedger(int limit, String groups) throws IOException {
        List<Charge> charges = used();
        Map<String, String> query = groups.isEmpty() ? Map.of() : Map.of("group_by", groups);

        List<JsonNode> buckets = buckets(USAGE, limit, query);

        assertThat(buckets).hasSize(DAYS);
        assertSum(buckets, charges);
        for (int i = 0; i < DAYS; i++) {
            LocalDate day = first.plusDays(i);
            assertThat(buckets.get(i).path("start_time").asLong()).isEqualTo(ReportQuery.seconds(day));
            assertThat(buckets.get(i).path("end_time").asLong()).isEqualTo(ReportQuery.seconds(day.plusDays(1)));
            assertSum(
                    List.of(buckets.get(i)),
                    those(charges, charge -> charge.day().equals(day)));
        }
    }

    @Test
    void filtersLeaveOutTheOthers() throws IOException {
        List<Charge> charges = used();

        assertSum(
                buckets(USAGE, 31, Map.of("project_ids", "t-1", "models[]", "gpt-4o,gpt-4o-mini")),
                those(
                        charges,
                        charge -> charge.tenant().equals("t-1")
                                && charge.row().model().startsWith("gpt-4o")));
        assertSum(
                buckets(USAGE, 31, Map.of("api_key_ids", "key_0\nkey_2", "user_ids", "u|1")),
                those(
                        charges,
                        charge -> !charge.row().payer().key().equals("key_1")
                                && charge.row().payer().user().equals("u|1")));
        assertThat(sum(buckets(USAGE, 31, Map.of("project_ids", "t-9")), "/input_tokens"))
                .isZero();
    }

    @Test
    void eachGroupIsTheSumOfItsRows() throws IOException {
        List<Charge> charges = used();

        for (JsonNode bucket : buckets(USAGE, 31, Map.of("group_by", "model,service_tier"))) {
            for (JsonNode result : bucket.path("results")) {
                String tier = result.path("service_tier").asString();
                assertThat(result.path("project_id").isNull()).isTrue();
                assertThat(result.path("input_tokens").asLong())
                        .isEqualTo(Charges.sum(those(
                                        charges,
                                        charge -> ReportQuery.seconds(charge.day())
                                                        == bucket.path("start_time")
                                                                .asLong()
                                                && charge.row()
                                                        .model()
                                                        .equals(result.path("model")
                                                                .asString())
                                                && charge.row()
                                                        .serviceTier()
                                                        .equals(tier.equals("default") ? "" : tier)))
                                .get(Counter.INPUT_TOKENS));
            }
        }
    }

    @Test
    void moneyIsExact() throws IOException {
        List<Charge> charges = used();

        for (String groups : List.of("", "line_item", "project_id,line_item,api_key_id")) {
            List<JsonNode> buckets = buckets(COSTS, 3, groups.isEmpty() ? Map.of() : Map.of("group_by", groups));
            assertThat(money(buckets))
                    .isEqualByComparingTo(
                            BigDecimal.valueOf(Charges.sum(charges).get(Counter.COST_MICROS), 6));
        }
    }

    @Test
    void theEndIsExclusiveAndItsDayWholeUnlessItBeginsThere() throws IOException {
        List<Charge> charges = used();
        long start = ReportQuery.seconds(first.plusDays(2));
        for (long more : new long[] {1, 86_399, 86_400}) {
            Answer answer = ask(USAGE, Map.of("start_time", "" + (start + 77), "end_time", "" + (start + more + 77)));
            int days = start + more + 77 > start + 86_400 ? 2 : 1;
            assertThat(answer.json().path("data").size()).isEqualTo(days);
        }
        Answer day = ask(USAGE, Map.of("start_time", "" + start, "end_time", "" + (start + 86_400)));
        assertSum(
                List.of(day.json().at("/data/0")),
                those(charges, charge -> charge.day().equals(first.plusDays(2))));
        assertThat(day.json().path("has_more").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "start_time, ''",
        "start_time, soon",
        "start_time, 99999999999",
        "end_time, 5",
        "end_time, x",
        "bucket_width, 1h",
        "bucket_width, 1m",
        "group_by, colour",
        "group_by, line_item",
        "limit, 0",
        "limit, 32",
        "page, page_1",
        "page, next"
    })
    void whatCanNotBeToldIsRefused(String name, String value) throws IOException {
        Map<String, String> query = new HashMap<>(Map.of("start_time", "" + ReportQuery.seconds(first)));
        query.put(name, value);

        Answer answer = ask(USAGE, query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(value.equals("99999999999") ? "end_time" : name);
    }

    @Test
    void aStartIsAskedFor() throws IOException {
        assertThat(ask(COSTS, Map.of()).error().path("param").asString()).isEqualTo("start_time");
    }

    @Test
    void onlyTheAdminSeesThem() throws IOException {
        for (String path : List.of(USAGE, COSTS, "/v1/organization/statistics")) {
            assertThat(bench.get(path, Map.of("start_time", "1", "tenant", "tenant-1"))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void statisticsBeginAnewAtAResetAndNothingElseDoes() throws IOException {
        List<Charge> early = used();
        List<Charge> theirs = those(early, charge -> charge.tenant().equals("t-0"));
        Map<String, String> tenant = Map.of("tenant", "t-0");
        assertThat(statistics(tenant).path("input_tokens").asLong())
                .isEqualTo(Charges.sum(theirs).get(Counter.INPUT_TOKENS));
        assertThat(statistics(tenant).at("/ttft_ms/p95").asLong())
                .isGreaterThan(statistics(tenant).at("/ttft_ms/p50").asLong());

        Answer reset = bench.send(
                "POST",
                "/v1/organization/statistics/reset",
                Map.of("authorization", Bench.ADMIN),
                "{\"tenant\":\"t-0\"}");

        assertThat(reset.json().path("requests").asLong()).isZero();
        assertThat(reset.json().at("/ttft_ms/p50").isNull()).isTrue();
        assertThat(reset.json().path("since").asLong())
                .isEqualTo(bench.work.clock.instant().getEpochSecond());
        assertSum(buckets(USAGE, 31, Map.of()), early);
        assertThat(statistics(Map.of("tenant", "t-1")).path("requests").asLong())
                .isPositive();
        assertThat(statistics(Map.of("tenant", "t-0", "api_key_id", "key_1"))
                        .path("requests")
                        .asLong())
                .isPositive();

        bench.work.clock.advance(Duration.ofDays(1));
        List<Charge> later = those(
                Charges.random(new Random(22), 400, today.plusDays(1), 1),
                charge -> Integer.parseInt(charge.run().run().substring(16)) >= 300);
        later.forEach(charge -> bench.work.store.abandon(charge.run(), charge.row()));
        bench.work.count();
        var since = Charges.sum(those(later, charge -> charge.tenant().equals("t-0")));
        assertThat(statistics(tenant).path("input_tokens").asLong()).isEqualTo(since.get(Counter.INPUT_TOKENS));
        assertThat(statistics(tenant).path("cost_usd").decimalValue())
                .isEqualByComparingTo(BigDecimal.valueOf(since.get(Counter.COST_MICROS), 6));
    }

    private JsonNode statistics(Map<String, String> query) throws IOException {
        Answer answer = ask("/v1/organization/statistics", query);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void aKeySeesItsOwnUseOnceItIsCounted() throws IOException {
        String other = bench.keyOf("tenant-1");
        Answer made = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Hello\"}");
        JsonNode used = made.json().path("usage");
        assertThat(bench.get("/v1/usage").json().at("/today/requests").asLong()).isZero();

        bench.work.count();

        JsonNode own = bench.get("/v1/usage").json();
        assertThat(own.at("/today/requests").asLong()).isEqualTo(1);
        assertThat(own.at("/month/input_tokens").asLong())
                .isEqualTo(used.path("input_tokens").asLong());
        assertThat(own.at("/month/models/0/model").asString()).isEqualTo("gpt-4o");
        assertThat(own.at("/today/cost_usd").decimalValue())
                .isEqualByComparingTo(made.json().at("/turnpike/cost_usd").decimalValue());
        JsonNode others = bench.send("GET", "/v1/usage", Map.of("authorization", other), "")
                .json();
        assertThat(others.at("/month/requests").asLong()).isZero();
    }

    @Test
    void aResponseAndItsConversationShowTheirLedger() throws IOException {
        String conversation =
                bench.post("/v1/conversations", "{}").json().path("id").asString();
        JsonNode made = bench.create(
                        "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"conversation\":\"" + conversation + "\"}")
                .json();

        JsonNode response = bench.get("/v1/responses/" + made.path("id").asString() + "/usage")
                .json();
        JsonNode whole =
                bench.get("/v1/conversations/" + conversation + "/usage").json();

        assertThat(response.path("attempts").size()).isEqualTo(1);
        assertThat(response.at("/attempts/0/state").asString()).isEqualTo("settled");
        assertThat(response.at("/attempts/0/price_version").asString())
                .isEqualTo(made.at("/turnpike/price_version").asString());
        for (JsonNode shown : List.of(response.path("total"), response.at("/attempts/0"), whole)) {
            assertThat(shown.path("input_tokens").asLong())
                    .isEqualTo(made.at("/usage/input_tokens").asLong());
            assertThat(shown.path("cost_usd").decimalValue())
                    .isEqualByComparingTo(made.at("/turnpike/cost_usd").decimalValue());
        }
    }
}
