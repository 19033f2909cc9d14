package dev.turnpike.ledger;

import dev.turnpike.ledger.Prices.Tier;
import dev.turnpike.ledger.Prices.Tiered;
import dev.turnpike.ledger.Schedule.Dated;
import dev.turnpike.ledger.Schedule.When;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the models of a price file, and what stands beside them in the same words.
final class ModelReader {
    private static final BigDecimal MAX_PRICE = BigDecimal.valueOf(1_000_000_000);

    private final JsonCursor json;

    ModelReader(JsonCursor json) {
        this.json = json;
    }

    /// What a tier of the provider costs.
    sealed interface TierPrices {
        /// So many times what the usual one does.
        record Times(BigDecimal factor) implements TierPrices {}

        record Own(Schedule prices) implements TierPrices {}

        default Schedule beside(Schedule usual) {
            return switch (this) {
                case Times(BigDecimal factor) -> usual.times(factor);
                case Own(Schedule prices) -> prices;
            };
        }
    }

    /// By the name of the tier: a factor, or prices as a model has them.
    Map<String, TierPrices> serviceTiers() {
        Map<String, TierPrices> tiers = new HashMap<>();
        for (String tier = json.firstField(); tier != null; tier = json.nextField()) {
            boolean prices = json.atObject() || json.atArray();
            tiers.put(tier, prices ? new TierPrices.Own(schedule()) : new TierPrices.Times(price()));
        }
        return tiers;
    }

    /// @param ofAll the service tiers that every model of the provider has
    List<ModelPrices> models(Map<String, TierPrices> ofAll) {
        List<ModelPrices> read = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            read.add(model(ofAll));
        }
        return List.copyOf(read);
    }

    /// What an operator's settings say of models, by their names or patterns.
    List<ModelPrices> overrides(Function<String, Predicate<String>> patterns) {
        List<ModelPrices> read = new ArrayList<>();
        for (String names = json.firstField(); names != null; names = json.nextField()) {
            read.add(override(names, new ModelMatch.Given(patterns.apply(names))));
        }
        json.end();
        return List.copyOf(read);
    }

    private ModelPrices override(String names, ModelMatch match) {
        Tiered input = null;
        Tiered cachedInput = null;
        Tiered cacheWrite = null;
        Tiered output = null;
        Tiered reasoning = null;
        Map<String, TierPrices> tiers = Map.of();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "input" -> input = tiered();
                case "cached" -> cachedInput = tiered();
                case "cache_write" -> cacheWrite = tiered();
                case "output" -> output = tiered();
                case "reasoning" -> reasoning = tiered();
                case "service_tiers" -> tiers = serviceTiers();
                default -> throw json.wrong("\"" + names + "\" has a price of nothing known: " + field);
            }
        }
        if (input == null || output == null) {
            throw json.wrong("\"" + names + "\" needs input and output");
        }
        Schedule usual = Schedule.always(new Prices(input, cachedInput, cacheWrite, null, output, reasoning));
        return new ModelPrices(names, match, null, false, usual, beside(usual, tiers));
    }

    private static Map<String, Schedule> beside(Schedule usual, Map<String, TierPrices> tiers) {
        Map<String, Schedule> schedules = new HashMap<>();
        tiers.forEach((name, prices) -> schedules.put(name, prices.beside(usual)));
        return schedules;
    }

    private ModelPrices model(Map<String, TierPrices> ofAll) {
        String id = "";
        ModelMatch match = null;
        Long contextWindow = null;
        boolean deprecated = false;
        Schedule prices = null;
        Map<String, TierPrices> tiers = new HashMap<>(ofAll);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "id" -> id = json.text();
                case "match" -> match = match();
                case "context_window" -> contextWindow = json.whole();
                case "deprecated" -> deprecated = json.flag();
                case "prices" -> prices = schedule();
                case "service_tiers" -> tiers.putAll(serviceTiers());
                default -> json.skip();
            }
        }
        if (match == null || prices == null) {
            throw json.wrong("the model \"" + id + "\" needs match and prices");
        }
        return new ModelPrices(id, match, contextWindow, deprecated, prices, beside(prices, tiers));
    }

    private ModelMatch match() {
        String kind = json.firstField();
        if (kind == null) {
            throw json.wrong("a match needs a kind");
        }
        ModelMatch match = switch (kind) {
            case "equals" -> new ModelMatch.Equal(lowerCase());
            case "starts_with" -> new ModelMatch.Prefix(lowerCase());
            case "ends_with" -> new ModelMatch.Suffix(lowerCase());
            case "contains" -> new ModelMatch.Part(lowerCase());
            case "regex" -> new ModelMatch.Regex(Pattern.compile(json.text()));
            case "or" -> new ModelMatch.Any(matches());
            case "and" -> new ModelMatch.All(matches());
            default -> throw json.wrong("unknown kind of match \"" + kind + "\"");
        };
        if (json.nextField() != null) {
            throw json.wrong("a match has one kind only");
        }
        return match;
    }

    private List<ModelMatch> matches() {
        List<ModelMatch> read = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            read.add(match());
        }
        return List.copyOf(read);
    }

    private Schedule schedule() {
        return json.atArray() ? dated() : Schedule.always(prices());
    }

    private Schedule dated() {
        List<Dated> read = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            When when = new When.Always();
            Prices prices = Prices.NONE;
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "constraint" -> when = when();
                    case "prices" -> prices = prices();
                    default -> json.skip();
                }
            }
            read.add(new Dated(when, prices));
        }
        if (read.isEmpty()) {
            throw json.wrong("a model needs match and prices");
        }
        return new Schedule(read);
    }

    private When when() {
        LocalDate date = null;
        LocalTime start = null;
        LocalTime end = null;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "start_date" -> date = LocalDate.parse(json.text());
                case "start_time" -> start = utcTime();
                case "end_time" -> end = utcTime();
                default -> json.skip();
            }
        }
        if (date != null) {
            return new When.From(date);
        }
        if (start == null || end == null) {
            throw json.wrong("a constraint needs start_date, or start_time and end_time");
        }
        return new When.Daily(start, end);
    }

    private Prices prices() {
        Tiered input = null;
        Tiered cachedInput = null;
        Tiered cacheWrite = null;
        Tiered imageInput = null;
        Tiered output = null;
        Tiered reasoning = null;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "input_mtok" -> input = tiered();
                case "cache_read_mtok" -> cachedInput = tiered();
                case "cache_write_mtok" -> cacheWrite = tiered();
                case "input_image_mtok" -> imageInput = tiered();
                case "output_mtok" -> output = tiered();
                case "output_reasoning_mtok" -> reasoning = tiered();
                default -> json.skip();
            }
        }
        return new Prices(input, cachedInput, cacheWrite, imageInput, output, reasoning);
    }

    private Tiered tiered() {
        if (!json.atObject()) {
            return new Tiered(price(), List.of());
        }
        BigDecimal base = null;
        List<Tier> tiers = List.of();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "base" -> base = price();
                case "tiers" -> tiers = tiers();
                default -> json.skip();
            }
        }
        return new Tiered(needed(base, "a tiered price needs base"), tiers);
    }

    private List<Tier> tiers() {
        List<Tier> read = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            long start = 0;
            BigDecimal price = null;
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "start" -> start = json.whole();
                    case "price" -> price = price();
                    default -> json.skip();
                }
            }
            if (!read.isEmpty() && start <= read.getLast().start()) {
                throw json.wrong("tiers must rise");
            }
            read.add(new Tier(start, needed(price, "a tier needs price")));
        }
        return List.copyOf(read);
    }

    private BigDecimal needed(@Nullable BigDecimal price, String otherwise) {
        if (price == null) {
            throw json.wrong(otherwise);
        }
        return price;
    }

    private BigDecimal price() {
        BigDecimal price = json.decimal();
        if (price.signum() < 0 || price.compareTo(MAX_PRICE) > 0) {
            throw json.wrong("a price is negative or beyond all reason");
        }
        return price;
    }

    private LocalTime utcTime() {
        return OffsetTime.parse(json.text())
                .withOffsetSameInstant(ZoneOffset.UTC)
                .toLocalTime();
    }

    private String lowerCase() {
        return json.text().toLowerCase(Locale.ROOT);
    }
}
