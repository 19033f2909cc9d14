package dev.turnpike.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A whole price file, for those who look after it. Whoever charges calls reads one provider of it: see [PriceList].
///
/// @param providers in the order of the file
public record PriceCatalog(String version, List<Provider> providers) {
    /// @param apiPattern a regular expression that the base URL of its API begins with
    public record Provider(String id, String apiPattern, List<ModelPrices> models) {
        /// By a name of the model, as [PriceList] finds it.
        public Optional<ModelPrices> find(String name) {
            return PriceList.find(models, name);
        }
    }

    public static PriceCatalog bundled() {
        try (InputStream json = Objects.requireNonNull(PriceList.class.getResourceAsStream(PriceList.BUNDLED))) {
            return read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads every provider, and so all of the file.
    ///
    /// @throws IllegalArgumentException when it is not a price file; the message says what is wrong where
    public static PriceCatalog read(InputStream json) {
        return PriceFile.readAll(json);
    }
}
