package dev.turnpike.ledger;

import dev.turnpike.ledger.ModelPrices.Dated;
import dev.turnpike.ledger.ModelPrices.When;
import dev.turnpike.ledger.Prices.Tier;
import dev.turnpike.ledger.Prices.Tiered;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads one provider's models out of a price file, in one pass that ends with them, and without a mapper.
///
/// So `version` stands before `providers`, and a provider's `api_pattern` before its `models`. Fields that are not
/// known are skipped.
final class PriceFile {
    /// Taken when nothing else fits: most endpoints that speak this API serve its models or imitate them.
    private static final String DEFAULT_PROVIDER = "openai";

    private static final BigDecimal MAX_PRICE = BigDecimal.valueOf(1_000_000_000);

    private final JsonCursor json;
    private final String wanted;

    private PriceFile(JsonCursor json, String wanted) {
        this.json = json;
        this.wanted = wanted;
    }

    record Contents(String version, List<ModelPrices> models) {}

    /// @param provider its id, or the base URL of its API
    /// @throws IllegalArgumentException when the file is not a price file; the message says what is wrong where
    static Contents read(InputStream file, String provider) {
        try (var parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), file)) {
            return new PriceFile(new JsonCursor(parser), provider.strip()).contents();
        } catch (JacksonException | DateTimeException e) {
            throw new IllegalArgumentException("cannot read the price list: " + e.getMessage(), e);
        }
    }

    private Contents contents() {
        String version = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "version" -> version = json.text();
                case "providers" -> {
                    if (version.isEmpty()) {
                        throw json.wrong("it names no version before its providers");
                    }
                    return new Contents(version, modelsOfProvider());
                }
                default -> json.skip();
            }
        }
        throw json.wrong("it names no providers");
    }

    private List<ModelPrices> modelsOfProvider() {
        List<ModelPrices> fallback = List.of();
        for (String id = json.firstField(); id != null; id = json.nextField()) {
            boolean isDefault = id.equals(DEFAULT_PROVIDER);
            boolean chosen = id.equals(wanted);
            List<ModelPrices> models = List.of();
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "api_pattern" ->
                        chosen |= Pattern.compile(json.text()).matcher(wanted).lookingAt();
                    case "models" -> models = chosen || isDefault ? models() : skipped();
                    default -> json.skip();
                }
            }
            if (chosen) {
                return models;
            }
            fallback = isDefault ? models : fallback;
        }
        return fallback;
    }

    private List<ModelPrices> skipped() {
        json.skip();
        return List.of();
    }

    private List<ModelPrices> models() {
        List<ModelPrices> read = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            read.add(model());
        }
        return List.copyOf(read);
    }

    private ModelPrices model() {
        String id = "";
        ModelMatch match = null;
        Long contextWindow = null;
        boolean deprecated = false;
        List<Dated> prices = List.of();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "id" -> id = json.text();
                case "match" -> match = match();
                case "context_window" -> contextWindow = json.whole();
                case "deprecated" -> deprecated = json.flag();
                case "prices" -> prices = json.atArray() ? datedPrices() : always(prices());
                default -> json.skip();
            }
        }
        if (match == null || prices.isEmpty()) {
            throw json.wrong("the model \"" + id + "\" needs match and prices");
        }
        return new ModelPrices(id, match, contextWindow, deprecated, prices);
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

    private static List<Dated> always(Prices prices) {
        return List.of(new Dated(new When.Always(), prices));
    }

    private List<Dated> datedPrices() {
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
        return List.copyOf(read);
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
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "input_mtok" -> input = tiered();
                case "cache_read_mtok" -> cachedInput = tiered();
                case "cache_write_mtok" -> cacheWrite = tiered();
                case "input_image_mtok" -> imageInput = tiered();
                case "output_mtok" -> output = tiered();
                default -> json.skip();
            }
        }
        return new Prices(input, cachedInput, cacheWrite, imageInput, output);
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
