package dev.turnpike.responses;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.conversation.MediaType;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Where a model finds an image or a video: an https URL, or the thing itself as a data URL. What its bytes are counts,
/// not what is said of them.
public final class MediaUrl {
    private static final Pattern DATA = Pattern.compile("data:([^;,]*)(?:;[^;,]+)*;base64,", Pattern.CASE_INSENSITIVE);

    /// Characters of base64 that make [MediaType#HEAD_BYTES].
    private static final int HEAD_CHARS = 88;

    private MediaUrl() {}

    /// OpenAI has a code for each thing that can be wrong with an image, and none for videos.
    private enum Kind {
        IMAGE("an " + MediaType.AN_IMAGE, "image/"),
        VIDEO("a " + MediaType.A_VIDEO, "");

        private final String expected;
        private final String label;

        /// @param label what a data URL must say of it; nothing where that does not matter
        Kind(String expected, String label) {
            this.expected = expected;
            this.label = label;
        }

        private String code(String ofImage) {
            return this == IMAGE ? ofImage : "media_error";
        }
    }

    /// @return as it was sent
    /// @throws ApiException it is missing, or no model could see anything there
    public static String image(Fields in, String name) {
        String url = in.requiredText(name);
        Optional<Data> data = data(url, Kind.IMAGE, in, name);
        data.ifPresent(image -> type(image, Kind.IMAGE, in, name));
        return url;
    }

    /// @return with the label that its bytes deserve
    /// @throws ApiException it is missing, too large, or no video
    public static String video(Fields in, String name) {
        String url = in.requiredText(name);
        Optional<Data> data = data(url, Kind.VIDEO, in, name);
        if (data.isEmpty()) {
            return url;
        }
        MediaType type = type(data.get(), Kind.VIDEO, in, name);
        if (data.get().bytes() > MediaType.MOST_BYTES) {
            throw refused(
                    "media_error",
                    in,
                    name,
                    "the video has more than %d bytes. Send a shorter one, or an https URL of it"
                            .formatted(MediaType.MOST_BYTES));
        }
        return type.dataPrefix() + url.substring(data.get().from());
    }

    /// A data URL.
    ///
    /// @param from where its base64 begins
    private record Data(String url, int from) {
        long bytes() {
            return (url.length() - from) * 3L / 4;
        }
    }

    /// @return empty for an https URL
    private static Optional<Data> data(String url, Kind kind, Fields in, String name) {
        if (url.startsWith("https://")) {
            return Optional.empty();
        }
        Matcher beginning = DATA.matcher(url);
        if (!beginning.lookingAt()) {
            throw refused(
                    kind.code("invalid_image_url"),
                    in,
                    name,
                    "expected an https URL or a data URL of " + (kind == Kind.IMAGE ? "an image" : "a video"));
        }
        if (!beginning.group(1).regionMatches(true, 0, kind.label, 0, kind.label.length())) {
            throw unsupported(kind, in, name);
        }
        return Optional.of(new Data(url, beginning.end()));
    }

    private static MediaType type(Data data, Kind kind, Fields in, String name) {
        String url = data.url();
        if (data.from() == url.length()) {
            throw refused(kind.code("empty_image_file"), in, name, "it is empty");
        }
        if (!isBase64(url, data.from())) {
            throw refused(kind.code("invalid_base64_image"), in, name, "it is not valid base64");
        }
        String head = url.substring(data.from(), Math.min(url.length(), data.from() + HEAD_CHARS));
        return MediaType.of(Base64.getDecoder().decode(padded(head)))
                .filter(type -> type.isVideo() == (kind == Kind.VIDEO))
                .orElseThrow(() -> unsupported(kind, in, name));
    }

    /// With or without its padding.
    private static boolean isBase64(String text, int from) {
        int end = text.length();
        int padding = 0;
        while (padding < 2 && end > from && text.charAt(end - 1) == '=') {
            end--;
            padding++;
        }
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            boolean fits =
                    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
            if (!fits) {
                return false;
            }
        }
        boolean whole = (end - from) % 4 != 1 && end > from;
        return whole && (padding == 0 || (end - from + padding) % 4 == 0);
    }

    private static String padded(String head) {
        return head.replace("=", "") + "=".repeat((4 - head.replace("=", "").length() % 4) % 4);
    }

    /// The error for what a request gave by URL.
    ///
    /// @param body the request, to say where in it
    public static ApiException refused(LinkedMedia.Filling.Refused refusal, JsonNode body) {
        Kind kind = refusal.video() ? Kind.VIDEO : Kind.IMAGE;
        String code = switch (refusal.fault()) {
            case URL -> kind.code("invalid_image_url");
            case DOWNLOAD -> kind.code("failed_to_download_image");
            case TOO_LARGE -> kind.code("image_file_too_large");
            case TYPE -> kind.code("unsupported_image_media_type");
        };
        String place = place(body, "", "", refusal);
        return ApiException.invalid(
                code,
                place,
                "Invalid '%s': %s. Give another URL, or the %s itself as a data URL."
                        .formatted(
                                place == null ? "input" : place, refusal.why(), refusal.video() ? "video" : "image"));
    }

    /// The first place of the URL among the fields that such URLs stand in, on both wires and in the queue's envelope.
    ///
    /// @param field the last name in the path that says what is there
    private static @Nullable String place(
            JsonNode node, String path, String field, LinkedMedia.Filling.Refused refusal) {
        if (node.isString()) {
            Set<String> fields = refusal.video() ? Set.of("video_url") : Set.of("image_url", "images");
            return fields.contains(field) && node.asString().equals(refusal.url()) ? path : null;
        }
        String found = null;
        for (int i = 0; node.isArray() && i < node.size() && found == null; i++) {
            found = place(node.get(i), path + "[" + i + "]", field, refusal);
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (found == null) {
                String name = entry.getKey();
                String below = path.isEmpty() ? name : path + "." + name;
                found = place(entry.getValue(), below, name.equals("url") ? field : name, refusal);
            }
        }
        return found;
    }

    private static ApiException unsupported(Kind kind, Fields in, String name) {
        return refused(kind.code("unsupported_image_media_type"), in, name, "expected " + kind.expected);
    }

    private static ApiException refused(String code, Fields in, String name, String why) {
        return ApiException.invalid(code, in.path(name), "Invalid '%s': %s.".formatted(in.path(name), why));
    }
}
