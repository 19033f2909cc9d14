package dev.turnpike.responses;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.conversation.Item;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/// A summary as the `encrypted_content` of its item, which callers hand back as it is: the text of what it holds,
/// compressed. It is the caller's own conversation, and nothing that must be kept from it.
final class CompactionText {
    private static final String BEGINNING = "tpc1_";
    private static final Pattern FIELDS = Pattern.compile("([0-9]{1,6}):([0-9]{1,6}):(.*)", Pattern.DOTALL);

    /// What a small text may swell to.
    private static final int MOST_BYTES = 1024 * 1024;

    private CompactionText() {}

    static String write(Item.Compaction compaction) {
        var bytes = new ByteArrayOutputStream();
        try (var packed = new DeflaterOutputStream(bytes)) {
            String request = compaction.latestRequest();
            String text = compaction.kept() + ":" + request.length() + ":" + request + compaction.summary();
            packed.write(text.getBytes(UTF_8));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return BEGINNING + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /// @return empty for what was not written here
    static Optional<Item.Compaction> read(String text) {
        if (!text.startsWith(BEGINNING)) {
            return Optional.empty();
        }
        try {
            return parse(unpacked(Base64.getUrlDecoder().decode(text.substring(BEGINNING.length()))));
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String unpacked(byte[] packed) throws IOException {
        try (var in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("too long");
            }
            return new String(bytes, UTF_8);
        }
    }

    private static Optional<Item.Compaction> parse(String text) {
        Matcher fields = FIELDS.matcher(text);
        if (!fields.matches()
                || Integer.parseInt(fields.group(2)) > fields.group(3).length()) {
            return Optional.empty();
        }
        String rest = fields.group(3);
        int request = Integer.parseInt(fields.group(2));
        return Optional.of(new Item.Compaction(
                "", rest.substring(request), rest.substring(0, request), Integer.parseInt(fields.group(1))));
    }
}
