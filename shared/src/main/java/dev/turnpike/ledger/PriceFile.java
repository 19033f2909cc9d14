package dev.turnpike.ledger;

import dev.turnpike.ledger.ModelReader.TierPrices;
import java.io.InputStream;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads one provider's models out of a price file, in one pass that ends with them, and without a mapper.
///
/// So `version` stands before `providers`, and a provider's `api_pattern` and
/// `service_tiers` before its `models`. Fields that are not
/// known are skipped.
final class PriceFile {
    /// Taken when nothing else fits: most endpoints that speak this API serve its models or imitate them.
    private static final String DEFAULT_PROVIDER = "openai";

    private final JsonCursor json;
    private final ModelReader reader;
    private final String wanted;

    private PriceFile(JsonCursor json, String wanted) {
        this.json = json;
        this.reader = new ModelReader(json);
        this.wanted = wanted;
    }

    record Contents(String version, List<ModelPrices> models) {}

    /// @param provider its id, or the base URL of its API
    /// @throws IllegalArgumentException when the file is not a price file; the message says what is wrong where
    static Contents read(InputStream file, String provider) {
        return reading(file, provider, PriceFile::contents);
    }

    /// An operator's own prices, which are no file but in the same spirit.
    ///
    /// @param patterns makes a test of a name or pattern
    static List<ModelPrices> readOverrides(InputStream json, Function<String, Predicate<String>> patterns) {
        return reading(json, "", file -> file.reader.overrides(patterns));
    }

    private static <T> T reading(InputStream file, String provider, Function<PriceFile, T> reading) {
        try (var parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), file)) {
            return reading.apply(new PriceFile(new JsonCursor(parser), provider.strip()));
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
            Map<String, TierPrices> tiers = Map.of();
            List<ModelPrices> models = List.of();
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "api_pattern" ->
                        chosen |= Pattern.compile(json.text()).matcher(wanted).lookingAt();
                    case "service_tiers" -> tiers = reader.serviceTiers();
                    case "models" -> models = chosen || isDefault ? reader.models(tiers) : skipped();
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

    /// @throws IllegalArgumentException as in [#read]
    static PriceCatalog readAll(InputStream file) {
        return reading(file, "", PriceFile::catalog);
    }

    private PriceCatalog catalog() {
        String version = "";
        List<PriceCatalog.Provider> providers = new ArrayList<>();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "version" -> version = json.text();
                case "providers" -> {
                    for (String id = json.firstField(); id != null; id = json.nextField()) {
                        providers.add(provider(id));
                    }
                }
                default -> json.skip();
            }
        }
        json.end();
        if (version.isEmpty() || providers.isEmpty()) {
            throw json.wrong("it names no version or no providers");
        }
        return new PriceCatalog(version, List.copyOf(providers));
    }

    private PriceCatalog.Provider provider(String id) {
        String pattern = "";
        Map<String, TierPrices> tiers = Map.of();
        List<ModelPrices> models = List.of();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "api_pattern" -> pattern = Pattern.compile(json.text()).pattern();
                case "service_tiers" -> tiers = reader.serviceTiers();
                case "models" -> models = reader.models(tiers);
                default -> json.skip();
            }
        }
        if (models.isEmpty()) {
            throw json.wrong("the provider \"" + id + "\" has no models");
        }
        return new PriceCatalog.Provider(id, pattern, models);
    }

    private List<ModelPrices> skipped() {
        json.skip();
        return List.of();
    }
}
