package dev.turnpike.responses;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a model finds an image: an https URL, or the image itself as a data URL. What its bytes are counts, not what
/// is said of them.
public final class ImageUrl {
    private static final Pattern DATA = Pattern.compile("data:([^;,]*)(?:;[^;,]+)*;base64,", Pattern.CASE_INSENSITIVE);

    /// Enough to tell what an image is.
    private static final int HEAD_CHARS = 16;

    private ImageUrl() {}

    /// @throws ApiException it is missing, or no model could see anything there
    public static String read(Fields in, String name) {
        String url = in.requiredText(name);
        if (url.startsWith("https://")) {
            return url;
        }
        Matcher beginning = DATA.matcher(url);
        if (!beginning.lookingAt()) {
            throw refused("invalid_image_url", in, name, "expected an https URL or a data URL of an image");
        }
        if (!beginning.group(1).regionMatches(true, 0, "image/", 0, 6)) {
            throw unsupported(in, name);
        }
        image(url, beginning.end(), in, name);
        return url;
    }

    private static void image(String url, int from, Fields in, String name) {
        if (from == url.length()) {
            throw refused("empty_image_file", in, name, "the image is empty");
        }
        if (!isBase64(url, from)) {
            throw refused("invalid_base64_image", in, name, "the image is not valid base64");
        }
        byte[] head =
                Base64.getDecoder().decode(padded(url.substring(from, Math.min(url.length(), from + HEAD_CHARS))));
        if (!isImage(new String(head, StandardCharsets.ISO_8859_1))) {
            throw unsupported(in, name);
        }
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

    private static boolean isImage(String head) {
        return head.startsWith("\u0089PNG\r\n\u001a\n")
                || head.startsWith("\u00ff\u00d8\u00ff")
                || head.startsWith("GIF87a")
                || head.startsWith("GIF89a")
                || (head.startsWith("RIFF") && head.startsWith("WEBP", 8));
    }

    private static ApiException unsupported(Fields in, String name) {
        return refused(
                "unsupported_image_media_type", in, name, "expected an image in the format png, jpeg, gif or webp");
    }

    private static ApiException refused(String code, Fields in, String name, String why) {
        return ApiException.invalid(code, in.path(name), "Invalid '%s': %s.".formatted(in.path(name), why));
    }
}
