package dev.turnpike.workspace;

import dev.turnpike.tool.ToolException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How the bytes of a file are told as text.
public enum TextEncoding {
    UTF_8("utf-8", StandardCharsets.UTF_8),
    /// With the mark that says which byte comes first; without one, the upper.
    UTF_16("utf-16", StandardCharsets.UTF_16),
    LATIN_1("latin-1", StandardCharsets.ISO_8859_1),
    /// Any bytes.
    BASE64("base64", null);

    private final String wireName;

    @Nullable
    private final Charset charset;

    TextEncoding(String wireName, @Nullable Charset charset) {
        this.wireName = wireName;
        this.charset = charset;
    }

    /// @param name null for UTF-8
    /// @throws ToolException there is no such encoding here
    public static TextEncoding named(@Nullable String name) throws ToolException {
        if (name == null) {
            return UTF_8;
        }
        String wanted = name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
        for (TextEncoding encoding : values()) {
            if (encoding.wireName.equals(wanted)) {
                return encoding;
            }
        }
        throw new ToolException("there is no encoding of that name; use one of "
                + Arrays.stream(values()).map(TextEncoding::wireName).collect(Collectors.joining(", ")));
    }

    public String wireName() {
        return wireName;
    }

    /// @throws ToolException the bytes are no such text
    public String text(byte[] bytes) throws ToolException {
        if (charset == null) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new ToolException(
                    "it is not %s text; read it with encoding base64, or another one".formatted(wireName));
        }
    }

    /// @throws ToolException the text can't be told in it
    public byte[] bytes(String text) throws ToolException {
        try {
            if (charset == null) {
                return Base64.getMimeDecoder().decode(text);
            }
            ByteBuffer encoded = charset.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException | IllegalArgumentException _) {
            throw new ToolException("the content can't be written as %s".formatted(wireName));
        }
    }

    /// Whether somebody who reads the bytes as text would see none: there is a NUL, or they are not UTF-8.
    public static boolean isBinary(byte[] bytes) {
        for (byte one : bytes) {
            if (one == 0) {
                return true;
            }
        }
        try {
            UTF_8.text(bytes);
            return false;
        } catch (ToolException _) {
            return true;
        }
    }
}
