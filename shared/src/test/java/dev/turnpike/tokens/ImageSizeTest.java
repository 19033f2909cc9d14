package dev.turnpike.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.ImageHeaders;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageSizeTest {
    static List<byte[]> images() {
        return List.of(
                ImageHeaders.png(597, 566),
                ImageHeaders.gif(597, 566),
                ImageHeaders.jpeg(597, 566),
                ImageHeaders.jpeg(597, 566, 60_000),
                ImageHeaders.lossyWebp(597, 566),
                ImageHeaders.losslessWebp(597, 566),
                ImageHeaders.extendedWebp(597, 566));
    }

    @ParameterizedTest
    @MethodSource("images")
    void everyFormatTellsItsSize(byte[] image) {
        assertThat(size(image)).isEqualTo(new ImageSize(597, 566));
        assertThat(size(Arrays.copyOf(image, image.length + 5_000))).isEqualTo(new ImageSize(597, 566));
    }

    @ParameterizedTest
    @MethodSource("images")
    void aTruncatedHeaderTellsItOrNothingAtAnyLength(byte[] image) {
        for (int length = 0; length < Math.min(image.length, 200); length++) {
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(image, length));
            assertThat(ImageSize.ofBase64(base64).orElse(new ImageSize(597, 566)))
                    .isEqualTo(new ImageSize(597, 566));
        }
        assertThat(size(Arrays.copyOf(image, 9))).isNull();
    }

    @Test
    void whatIsNoImageHasNoSize() {
        for (String text : List.of("", "A", "====", "not base64 at all", "\ud800\udfff", "JVBERi0xLjQK", "R0lGODlh")) {
            assertThat(ImageSize.ofBase64(text)).as(text).isEmpty();
        }
        byte[] noise = new byte[4_000];
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            random.nextBytes(noise);
            noise[0] = (byte) 0xFF;
            noise[1] = (byte) 0xD8;
            noise[2] = (byte) 0xFF;
            assertThat(ImageSize.of(index -> index < noise.length ? noise[index] & 0xFF : -1)
                            .map(ImageSize::width)
                            .orElse(1L))
                    .isBetween(1L, 65_535L);
        }
    }

    @Test
    void anImageWithoutPixelsHasNoSize() {
        assertThat(size(ImageHeaders.png(0, 5))).isNull();
        assertThat(size(ImageHeaders.gif(5, 0))).isNull();
        assertThat(size(ImageHeaders.jpeg(0, 0))).isNull();
        assertThat(size(ImageHeaders.lossyWebp(0, 1))).isNull();
    }

    @Test
    void aClaimOfBillionsOfPixelsIsTakenAsItIs() {
        assertThat(size(ImageHeaders.png(-1, -1))).isEqualTo(new ImageSize(0xFFFFFFFFL, 0xFFFFFFFFL));
    }

    /// Were every segment followed, an endless chain of them would be.
    @Test
    void aJpegOfNothingButSegmentsIsGivenUp() {
        int[] read = {0};
        int[] chain = {0xFF, 0xE0, 0, 2};

        assertThat(ImageSize.of(index -> {
                    read[0]++;
                    return index < 2 ? (index == 0 ? 0xFF : 0xD8) : chain[(index - 2) % 4];
                }))
                .isEmpty();
        assertThat(read[0]).isLessThan(5_000);
    }

    private static @Nullable ImageSize size(byte[] image) {
        return ImageSize.ofBase64(Base64.getEncoder().encodeToString(image)).orElse(null);
    }
}
