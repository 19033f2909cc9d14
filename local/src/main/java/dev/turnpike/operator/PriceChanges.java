package dev.turnpike.operator;

import dev.turnpike.ledger.ModelPrices;
import dev.turnpike.ledger.PriceCatalog;
import dev.turnpike.ledger.Prices;
import dev.turnpike.ledger.Prices.Tiered;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What differs between two price lists: models that are new, gone, dearer, cheaper or otherwise changed.
final class PriceChanges {
    private final PriceCatalog before;
    private final PriceCatalog after;
    private final Instant now;

    PriceChanges(PriceCatalog before, PriceCatalog after, Instant now) {
        this.before = before;
        this.after = after;
        this.now = now;
    }

    /// One for each model that has changed; empty when the two charge the same.
    List<String> lines() {
        Map<String, ModelPrices> old = byName(before);
        Map<String, ModelPrices> recent = byName(after);
        List<String> lines = new ArrayList<>();
        recent.forEach((name, model) -> {
            ModelPrices was = old.get(name);
            if (was == null) {
                lines.add("new      " + name);
            } else if (!same(was, model)) {
                lines.add(line(name, was, model));
            }
        });
        old.keySet().stream().filter(name -> !recent.containsKey(name)).forEach(name -> lines.add("gone     " + name));
        return lines;
    }

    private static Map<String, ModelPrices> byName(PriceCatalog catalog) {
        Map<String, ModelPrices> models = new LinkedHashMap<>();
        catalog.providers()
                .forEach(provider ->
                        provider.models().forEach(model -> models.put(provider.id() + " " + model.id(), model)));
        return models;
    }

    private static boolean same(ModelPrices one, ModelPrices other) {
        // Patterns have no equality of their own.
        return one.toString().equals(other.toString());
    }

    private String line(String name, ModelPrices was, ModelPrices is) {
        List<String> details = new ArrayList<>();
        int direction = compare(was.usual().at(now), is.usual().at(now), details);
        if (details.isEmpty()) {
            details.add(was.usual().equals(is.usual()) ? besides(was, is) : "at other times");
        }
        String kind = direction > 0 ? "dearer " : direction < 0 ? "cheaper" : "changed";
        return kind + "  " + name + ": " + String.join(", ", details);
    }

    private static String besides(ModelPrices was, ModelPrices is) {
        return was.serviceTiers().equals(is.serviceTiers()) ? "names, context or deprecation" : "in service tiers";
    }

    /// @return above 0 when every price that has changed has risen, below 0 when every one has fallen
    private static int compare(Prices was, Prices is, List<String> details) {
        Map<String, Tiered> old = was.named();
        Map<String, Tiered> recent = is.named();
        Set<String> names = new LinkedHashSet<>(recent.keySet());
        names.addAll(old.keySet());
        int risen = 0;
        int fallen = 0;
        for (String name : names) {
            Tiered from = old.get(name);
            Tiered to = recent.get(name);
            if (from != null && from.equals(to)) {
                continue;
            }
            details.add(name + " " + text(from) + " -> " + text(to));
            int direction = from == null || to == null ? 0 : highest(to).compareTo(highest(from));
            risen += direction > 0 ? 1 : 0;
            fallen += direction < 0 ? 1 : 0;
        }
        return fallen == 0 ? risen : risen == 0 ? -fallen : 0;
    }

    private static BigDecimal highest(Tiered price) {
        return price.tiers().stream().map(Prices.Tier::price).reduce(price.base(), BigDecimal::max);
    }

    private static String text(@Nullable Tiered price) {
        if (price == null) {
            return "none";
        }
        var text = new StringBuilder(text(price.base()));
        price.tiers()
                .forEach(tier -> text.append(" (")
                        .append(text(tier.price()))
                        .append(" above ")
                        .append(tier.start())
                        .append(')'));
        return text.toString();
    }

    static String text(BigDecimal price) {
        return price.signum() == 0 ? "0" : price.stripTrailingZeros().toPlainString();
    }
}
