package dev.turnpike.operator;

import dev.turnpike.ledger.ModelPrices;
import dev.turnpike.ledger.PriceCatalog;
import dev.turnpike.ledger.Prices;
import dev.turnpike.ledger.Schedule;
import dev.turnpike.ledger.Schedule.When;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Shows what models cost, and takes newer prices.
public final class PricesCommand {
    private final InstantSource clock;
    private final PrintStream output;

    PricesCommand(InstantSource clock, PrintStream output) {
        this.clock = clock;
        this.output = output;
    }

    /// @return the command's exit status: 1 when nothing was found
    /// @throws IllegalArgumentException when it could not be done, with a message for whoever typed it
    static int run(PrintStream output, String... arguments) {
        return new PricesCommand(InstantSource.system(), output).run(PricesFlags.parse(arguments));
    }

    int run(PricesFlags flags) {
        if (flags.help()) {
            output.print(PricesFlags.HELP);
            return 0;
        }
        try {
            return flags.newer() == null ? show(flags, catalog(flags.file())) : importFrom(flags.newer(), flags);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("There is no file " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PriceCatalog catalog(Path file) throws IOException {
        try (InputStream json = Files.newInputStream(file)) {
            return PriceCatalog.read(json);
        }
    }

    private int importFrom(Path newer, PricesFlags flags) throws IOException {
        String version = Optional.ofNullable(flags.version())
                .orElseGet(() ->
                        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString());
        String text = new PriceImport(Files.readString(flags.file()), version).of(Files.readString(newer));
        PriceCatalog before = catalog(flags.file());
        PriceCatalog after = PriceImport.validated(text);
        List<String> changes = new PriceChanges(before, after, clock.instant()).lines();
        if (!changes.isEmpty() && before.version().equals(version)) {
            throw new IllegalArgumentException("The prices differ and both are called " + version
                    + ": say another --version, for what was charged by the old ones names them.");
        }
        Files.writeString(flags.file(), text);
        changes.forEach(output::println);
        output.printf(
                "%d changes, from %s to %s, written to %s.%n",
                changes.size(), before.version(), after.version(), flags.file());
        return 0;
    }

    private int show(PricesFlags flags, PriceCatalog catalog) {
        List<PriceCatalog.Provider> providers = catalog.providers().stream()
                .filter(provider -> flags.provider() == null || is(provider, flags.provider()))
                .toList();
        if (providers.isEmpty()) {
            throw new IllegalArgumentException("There is no provider " + flags.provider() + " in the price list.");
        }
        output.printf("Prices %s, in USD per million tokens.%n", catalog.version());
        if (flags.model() == null) {
            providers.forEach(provider -> output.printf(
                    "  %-10s %3d models  %s%n", provider.id(), provider.models().size(), provider.apiPattern()));
            return 0;
        }
        String name = Objects.requireNonNull(flags.model());
        boolean found = false;
        for (PriceCatalog.Provider provider : providers) {
            Optional<ModelPrices> model = provider.find(name);
            model.ifPresent(prices -> show(provider, prices));
            found |= model.isPresent();
        }
        if (!found) {
            output.printf("%s has no price; what it costs is unknown.%n", name);
        }
        return found ? 0 : 1;
    }

    private static boolean is(PriceCatalog.Provider provider, String idOrBaseUrl) {
        return provider.id().equals(idOrBaseUrl)
                || (!provider.apiPattern().isEmpty()
                        && Pattern.compile(provider.apiPattern())
                                .matcher(idOrBaseUrl)
                                .lookingAt());
    }

    private void show(PriceCatalog.Provider provider, ModelPrices model) {
        Long window = model.contextWindow();
        output.printf(
                "%n%s %s%s%s%n",
                provider.id(),
                model.id(),
                window == null ? "" : ", a context of " + window + " tokens",
                model.deprecated() ? ", deprecated" : "");
        show("now", model.usual().at(clock.instant()));
        if (model.usual().prices().size() > 1) {
            showAll(model.usual(), "");
        }
        new TreeMap<>(model.serviceTiers()).forEach((tier, prices) -> {
            if (prices.prices().size() > 1) {
                show(tier + " now", prices.at(clock.instant()));
            } else {
                showAll(prices, tier);
            }
        });
    }

    private void showAll(Schedule schedule, String tier) {
        schedule.prices().forEach(dated -> show((tier + " " + when(dated.when())).strip(), dated.prices()));
    }

    private static String when(When when) {
        return switch (when) {
            case When.Always() -> "else";
            case When.From(LocalDate start) -> "from " + start;
            case When.Daily(var start, var end) -> "daily " + start + "-" + end + " UTC";
        };
    }

    private void show(String when, Prices prices) {
        var line = new StringBuilder();
        prices.named().forEach((name, price) -> {
            line.append(line.isEmpty() ? "" : ", ").append(name).append(' ').append(PriceChanges.text(price.base()));
            price.tiers()
                    .forEach(tier -> line.append(String.format(
                            Locale.ROOT, " (%s above %d)", PriceChanges.text(tier.price()), tier.start())));
        });
        output.printf("  %-24s %s%n", when, line);
    }
}
