package dev.turnpike.tokens;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What models take for an image. Sizes are scaled as OpenAI's guide to images and vision says (2026).
///
/// An estimate takes an image of unknown size for a square one of [#TYPICAL_SIDE]; a bound, for the dearest there is.
/// A detail other than `low` and `high` lets the model choose: the estimate takes it for `high`, as models mostly do.
public sealed interface ImageTokens {
    int TYPICAL_SIDE = 1024;

    ImageSize TYPICAL = new ImageSize(TYPICAL_SIDE, TYPICAL_SIDE);

    /// @param size empty where nobody knows it
    default long about(Optional<ImageSize> size, @Nullable String detail) {
        return of(size.orElse(TYPICAL), detail);
    }

    /// No image of the size costs more, whatever the detail comes to.
    default long most(Optional<ImageSize> size, @Nullable String detail) {
        return size.map(known -> of(known, detail)).orElseGet(() -> dearest(detail));
    }

    long of(ImageSize size, @Nullable String detail);

    long dearest(@Nullable String detail);

    /// A base, and as much again for each square of 512 pixels once the image fits into 2048 and its shorter side into
    /// 768. At low detail only the base. Nothing is scaled up.
    ///
    /// Two squares by four are the most: for what is longer than that, the shorter side is below 512.
    record Tiles(long base, long tile) implements ImageTokens {
        private static final double BOX = 2048;
        private static final double SHORT_SIDE = 768;
        private static final double TILE = 512;
        private static final int MOST_TILES = 8;

        @Override
        public long of(ImageSize size, @Nullable String detail) {
            if (isLow(detail)) {
                return base;
            }
            double boxed = Math.min(1, BOX / Math.max(size.width(), size.height()));
            double shortSide = Math.min(size.width(), size.height()) * boxed;
            double scale = boxed * Math.min(1, SHORT_SIDE / shortSide);
            return base + tile * squares(size.width() * scale) * squares(size.height() * scale);
        }

        @Override
        public long dearest(@Nullable String detail) {
            return isLow(detail) ? base : base + MOST_TILES * tile;
        }

        private static long squares(double side) {
            return Math.max(1, (long) Math.ceil(side / TILE - 1e-9));
        }
    }

    /// So many tokens for each square of 32 pixels, of which there are never more than `most`: a larger image is scaled
    /// down. Whether the detail has an effect, the guide and measurements disagree; it is left out.
    ///
    /// @param most at high detail
    /// @param mostOriginal at the detail `original`, which later models know and may choose by themselves
    record Patches(int most, int mostOriginal, double tokensPerPatch) implements ImageTokens {
        private static final double PATCH = 32;

        public Patches(int most, double tokensPerPatch) {
            this(most, most, tokensPerPatch);
        }

        @Override
        public long of(ImageSize size, @Nullable String detail) {
            double wide = size.width() / PATCH;
            double high = size.height() / PATCH;
            int budget = budget(detail);
            if (Math.ceil(wide) * Math.ceil(high) <= budget) {
                return tokens(Math.ceil(wide) * Math.ceil(high));
            }
            double shrunk = Math.sqrt(budget / (wide * high));
            // Further, until one side is a whole number of patches; a line of pixels stays one.
            double whole = Math.min(fit(wide * shrunk), fit(high * shrunk));
            double patches = patches(wide * shrunk * whole) * patches(high * shrunk * whole);
            return tokens(Math.min(patches, budget));
        }

        private static double fit(double side) {
            return side < 1 ? 1 : Math.floor(side) / side;
        }

        private static double patches(double side) {
            return Math.max(1, Math.ceil(side - 1e-9));
        }

        @Override
        public long dearest(@Nullable String detail) {
            return tokens(budget(detail));
        }

        @Override
        public long most(Optional<ImageSize> size, @Nullable String detail) {
            boolean open = detail == null || detail.equals("auto");
            return ImageTokens.super.most(size, open ? "original" : detail);
        }

        private int budget(@Nullable String detail) {
            return Objects.equals(detail, "original") ? mostOriginal : most;
        }

        private long tokens(double patches) {
            return (long) Math.ceil(patches * tokensPerPatch);
        }
    }

    /// What the models of others take differs and changes: about one for 750 pixels with Anthropic, 258 for a square of
    /// 768 with Gemini, up to 1,601 for each of four squares with Llama.
    record Others() implements ImageTokens {
        private static final double PIXELS_PER_TOKEN = 750;
        private static final double FEWEST_PIXELS_PER_TOKEN = 196;
        private static final long LEAST = 258;
        private static final long TYPICAL_MOST = 1_600;
        private static final long MOST = 6_500;

        @Override
        public long of(ImageSize size, @Nullable String detail) {
            return (long) Math.clamp(pixels(size) / PIXELS_PER_TOKEN, LEAST, TYPICAL_MOST);
        }

        @Override
        public long most(Optional<ImageSize> size, @Nullable String detail) {
            return size.map(known -> (long) Math.clamp(pixels(known) / FEWEST_PIXELS_PER_TOKEN, TYPICAL_MOST + 1, MOST))
                    .orElse(MOST);
        }

        @Override
        public long dearest(@Nullable String detail) {
            return MOST;
        }

        private static double pixels(ImageSize size) {
            return (double) size.width() * size.height();
        }
    }

    private static boolean isLow(@Nullable String detail) {
        return Objects.equals(detail, "low");
    }
}
