package dev.turnpike.fake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/// How images of a size begin, written by the formats' specifications.
public final class ImageHeaders {
    private ImageHeaders() {}

    public static byte[] png(int width, int height) {
        return ByteBuffer.allocate(29)
                .put(latin("\u0089PNG\r\n\u001a\n"))
                .putInt(13)
                .put(latin("IHDR"))
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 6, 0, 0, 0})
                .array();
    }

    public static byte[] gif(int width, int height) {
        return little(13)
                .put(latin("GIF89a"))
                .putShort((short) width)
                .putShort((short) height)
                .array();
    }

    /// With a segment of the application and one of tables before the frame.
    public static byte[] jpeg(int width, int height) {
        return jpeg(width, height, 16);
    }

    /// @param before bytes of the segment that comes first, which may be a picture in itself
    public static byte[] jpeg(int width, int height, int before) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE1});
        out.writeBytes(ByteBuffer.allocate(before).putShort((short) before).array());
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xDB, 0, 4, 1, 2});
        out.writeBytes(ByteBuffer.allocate(10)
                .put(new byte[] {(byte) 0xFF, (byte) 0xC2, 0, 17, 8})
                .putShort((short) height)
                .putShort((short) width)
                .put((byte) 3)
                .array());
        return out.toByteArray();
    }

    public static byte[] lossyWebp(int width, int height) {
        return webp("VP8 ")
                .put(new byte[] {0x10, 0, 0, (byte) 0x9D, 1, 0x2A})
                .putShort((short) width)
                .putShort((short) height)
                .array();
    }

    public static byte[] losslessWebp(int width, int height) {
        return webp("VP8L")
                .put((byte) 0x2F)
                .putInt((width - 1) | ((height - 1) << 14))
                .array();
    }

    public static byte[] extendedWebp(int width, int height) {
        return webp("VP8X")
                .putInt(0)
                .put(three(width - 1))
                .put(three(height - 1))
                .array();
    }

    /// As a data URL.
    public static String url(byte[] image) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(image);
    }

    private static ByteBuffer webp(String kind) {
        return little(40)
                .put(latin("RIFF"))
                .putInt(32)
                .put(latin("WEBP"))
                .put(latin(kind))
                .putInt(20);
    }

    private static byte[] three(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] latin(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
