package dev.turnpike.tokens;

import java.util.Optional;
import java.util.function.IntUnaryOperator;

/// How large an image is, told by the header of its file and by nothing else of it.
///
/// Sources: the specifications of PNG, GIF 89a, JPEG (ITU T.81) and WebP (RFC 9649).
///
/// @param width in pixels, at least 1
/// @param height in pixels, at least 1
public record ImageSize(long width, long height) {
    /// An image has a few segments before its frame, and a profile of colours takes some more.
    private static final int MOST_JPEG_SEGMENTS = 500;

    public ImageSize {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("no image has this size: " + width + "x" + height);
        }
    }

    /// @param image in base64
    /// @return empty where it is none of these formats, is cut off before its size, or claims to have no pixels
    public static Optional<ImageSize> ofBase64(CharSequence image) {
        var bytes = new Base64Bytes(image);
        return of(bytes::at);
    }

    /// @param at the byte at an index; negative behind the end
    static Optional<ImageSize> of(IntUnaryOperator at) {
        var file = new Header(at);
        if (file.begins(0, "\u0089PNG\r\n\u001a\n") && file.begins(12, "IHDR")) {
            return size(file.big(16, 4), file.big(20, 4));
        }
        if (file.begins(0, "GIF8")) {
            return size(file.little(6, 2), file.little(8, 2));
        }
        if (file.begins(0, "\u00ff\u00d8\u00ff")) {
            return jpeg(file);
        }
        return file.begins(0, "RIFF") && file.begins(8, "WEBP") ? webp(file) : Optional.empty();
    }

    private static Optional<ImageSize> size(long width, long height) {
        return width > 0 && height > 0 ? Optional.of(new ImageSize(width, height)) : Optional.empty();
    }

    /// Passes from segment to segment until the one that begins the frame; what is between is not looked at.
    private static Optional<ImageSize> jpeg(Header file) {
        int at = 2;
        for (int i = 0; i < MOST_JPEG_SEGMENTS; i++) {
            if (file.big(at, 1) != 0xFF) {
                return Optional.empty();
            }
            int marker = (int) file.big(at + 1, 1);
            if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                return size(file.big(at + 7, 2), file.big(at + 5, 2));
            }
            if (marker == 0xFF) {
                at++; // a byte of filling
            } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
                at += 2; // a marker that stands alone
            } else {
                long length = file.big(at + 2, 2);
                if (length < 2 || marker == 0xD9 || marker == 0xDA) {
                    return Optional.empty();
                }
                at += 2 + (int) length;
            }
        }
        return Optional.empty();
    }

    private static Optional<ImageSize> webp(Header file) {
        if (file.begins(12, "VP8X")) {
            return size(file.little(24, 3) + 1, file.little(27, 3) + 1);
        }
        if (file.begins(12, "VP8L")) {
            long bits = file.little(21, 4);
            return bits < 0 ? Optional.empty() : size((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
        }
        return file.begins(12, "VP8 ")
                ? size(file.little(26, 2) & 0x3FFF, file.little(28, 2) & 0x3FFF)
                : Optional.empty();
    }

    private record Header(IntUnaryOperator at) {
        boolean begins(int from, String latin) {
            for (int i = 0; i < latin.length(); i++) {
                if (at.applyAsInt(from + i) != latin.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /// Negative where the file ends before.
        long big(int from, int bytes) {
            long value = 0;
            for (int i = 0; i < bytes; i++) {
                int next = at.applyAsInt(from + i);
                if (next < 0) {
                    return Integer.MIN_VALUE;
                }
                value = (value << 8) | next;
            }
            return value;
        }

        long little(int from, int bytes) {
            long value = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                int next = at.applyAsInt(from + i);
                if (next < 0) {
                    return Integer.MIN_VALUE;
                }
                value = (value << 8) | next;
            }
            return value;
        }
    }

    /// Reads single bytes where they stand, for an image of megabytes tells its size in a few of them.
    private record Base64Bytes(CharSequence text) {
        int at(int index) {
            long first = index / 3 * 4L;
            int bits = 0;
            for (long i = first; i < first + 4; i++) {
                int digit = index >= 0 && i < text.length() ? digit(text.charAt((int) i)) : 0;
                if (digit < 0 || (i >= text.length() && i <= first + index % 3 + 1)) {
                    return -1;
                }
                bits = (bits << 6) | digit;
            }
            return (bits >> (8 * (2 - index % 3))) & 0xFF;
        }

        /// Of both alphabets; 0 for the filling at the end, whose bytes no header has.
        private static int digit(char c) {
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            }
            if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            }
            if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return switch (c) {
                case '+', '-' -> 62;
                case '/', '_' -> 63;
                case '=' -> 0;
                default -> -1;
            };
        }
    }
}
