package dev.turnpike.conversation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What kind of image or video some bytes are, told by how they begin.
///
/// Sources: the formats' own specifications, and RFC 7845 and the Theora and Vorbis specifications for what an Ogg
/// stream's first packet says; the names are IANA's, but for AVI, which has none.
public enum MediaType {
    PNG("image/png", "\u0089PNG\r\n\u001a\n"),
    JPEG("image/jpeg", "\u00ff\u00d8\u00ff"),
    GIF("image/gif", "GIF8[79]a"),
    WEBP("image/webp", "RIFF.{4}WEBP"),
    /// Containers of ISO's base format hold much else, too: still images (`heic`, `avif`) and sound (`M4A`).
    MP4("video/mp4", ".{4}ftyp(?!qt|hei|hev|mif|msf|avi|M4A|M4B|crx)"),
    MOV("video/quicktime", ".{4}(ftypqt|moov|mdat|wide)"),
    WEBM("video/webm", "\u001aE\u00df\u00a3.{0,56}webm"),
    /// One whose first stream is no sound.
    OGG("video/ogg", "OggS.{24}(?!\u0001vorbis|OpusHead|Speex|\u007fFLAC)"),
    AVI("video/x-msvideo", "RIFF.{4}AVI ");

    /// Most bytes of a video, and of whatever is fetched: more would not fit into a row of the table, with room for the
    /// rest of it, for what is compressed already is not compressed further.
    public static final int MOST_BYTES = 3_500_000;

    /// For messages.
    public static final String AN_IMAGE = "image in the format png, jpeg, gif or webp";

    public static final String A_VIDEO = "video in the format mp4, webm, ogg, mov or avi";

    /// Enough of a beginning to tell.
    public static final int HEAD_BYTES = 64;

    private final String mime;
    private final Pattern beginning;

    MediaType(String mime, String beginning) {
        this.mime = mime;
        this.beginning = Pattern.compile(beginning, Pattern.DOTALL);
    }

    /// @param bytes the whole, or at least its first [#HEAD_BYTES]
    public static Optional<MediaType> of(byte[] bytes) {
        var head = new String(bytes, 0, Math.min(bytes.length, HEAD_BYTES), ISO_8859_1);
        List<MediaType> all = List.of(values());
        return all.stream()
                .filter(type -> type.beginning.matcher(head).lookingAt())
                .findFirst();
    }

    public boolean isVideo() {
        return mime.startsWith("video/");
    }

    /// What stands before the bytes' base64 in a data URL.
    public String dataPrefix() {
        return "data:" + mime + ";base64,";
    }
}
