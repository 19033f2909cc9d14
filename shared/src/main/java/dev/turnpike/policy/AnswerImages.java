package dev.turnpike.policy;

import dev.turnpike.access.NamePatterns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes images out of an answer whose addresses could carry off what the model has read: a page that shows the answer
/// would load them, and nobody would have clicked anything.
///
/// It reads the answer as it comes, in Markdown and HTML, and holds back only what may yet become an image. What is not
/// understood is not taken for harmless.
///
/// Sources: CommonMark 0.31, sections 6.4 and 6.6; the HTML standard's list of elements that load something.
public final class AnswerImages {
    private static final int MOST_HELD = 4_096;
    private static final Set<String> LOADING = Set.of(
            ("img image picture source video audio track iframe frame frameset embed object applet link script style"
                            + " input svg use math body table tr td th base meta portal form button template")
                    .split(" "));
    private static final Pattern TAG = Pattern.compile("</?([A-Za-z][A-Za-z0-9-]{0,40})(?=[\\s/>])");
    private static final Pattern TAG_BEGINS = Pattern.compile("</?(?:[A-Za-z][A-Za-z0-9-]{0,40})?");
    private static final Pattern PLAIN = Pattern.compile("</?[A-Za-z][A-Za-z0-9-]*\\s*/?>");
    private static final Pattern LINK = Pattern.compile("(?i)<a\\s+href=(?:\"[^\"]*\"|'[^']*')\\s*>");
    private static final Pattern BESIDE = Pattern.compile("[A-Za-z0-9._~/-]*");
    private static final Pattern INLINE = Pattern.compile("(?i)data:image/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]*");

    private final NamePatterns hosts;
    private final boolean watching;
    private final List<String> removed = new ArrayList<>();
    private final StringBuilder held = new StringBuilder();

    private AnswerImages(NamePatterns hosts, boolean watching) {
        this.hosts = hosts;
        this.watching = watching;
    }

    /// @param hosts whose images may be shown
    public static AnswerImages from(NamePatterns hosts) {
        return new AnswerImages(hosts, true);
    }

    /// Of a model that has read nothing but what its caller has said.
    public static AnswerImages any() {
        return new AnswerImages(new NamePatterns(List.of()), false);
    }

    /// Where the images were that were taken out: hosts, or a question mark for what could not be read.
    public List<String> removed() {
        return List.copyOf(removed);
    }

    /// @return what can be shown by now of all that came
    public String next(String text) {
        if (!watching) {
            return text;
        }
        held.append(text);
        return shown(false);
    }

    /// @return what was held back, when nothing follows
    public String end() {
        return watching ? shown(true) : "";
    }

    private String shown(boolean last) {
        var shown = new StringBuilder();
        int at = 0;
        while (at < held.length()) {
            char c = held.charAt(at);
            int end = c == '!' ? image(at) : c == '<' ? tag(at) : at + 1;
            boolean whole = end > 0;
            if (!whole && !last && held.length() - at <= MOST_HELD) {
                break;
            }
            if (!whole) {
                // It came to no end. Without its first character it is nothing but text.
                shown.append(c == '<' ? "&lt;" : "");
                end = at + 1;
            } else if (end == at + 1) {
                shown.append(c);
            } else {
                shown.append(allowed(held.substring(at, end)));
            }
            at = end;
        }
        held.delete(0, at);
        return shown.toString();
    }

    /// @return where the image ends that begins there; the next character when none does; 0 when that is not known yet
    private int image(int start) {
        if (start + 1 >= held.length()) {
            return 0;
        }
        if (held.charAt(start + 1) != '[') {
            return start + 1;
        }
        int alt = closing(start + 1, '[', ']');
        if (alt == 0 || alt >= held.length()) {
            return 0;
        }
        return switch (held.charAt(alt)) {
            case '(' -> closing(alt, '(', ')');
            case '[' -> closing(alt, '[', ']');
            // Its address stands elsewhere.
            default -> alt;
        };
    }

    /// @return behind the bracket that closes the one there; 0 when it is not there yet
    private int closing(int open, char opens, char closes) {
        return closing(held, open, opens, closes);
    }

    private static int closing(CharSequence text, int open, char opens, char closes) {
        int level = 0;
        for (int at = open; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == opens) {
                level++;
            } else if (c == closes && --level == 0) {
                return at + 1;
            }
        }
        return 0;
    }

    /// A tag ends with its bracket, and before a line that is empty.
    private int tag(int start) {
        String rest = held.substring(start, Math.min(held.length(), start + 48));
        if (TAG_BEGINS.matcher(rest).matches()) {
            return 0;
        }
        if (!TAG.matcher(rest).lookingAt()) {
            return start + 1;
        }
        int end = held.indexOf(">", start);
        int gap = held.indexOf("\n\n", start);
        if (gap >= 0 && (end < 0 || gap < end)) {
            return start + 1;
        }
        return end < 0 ? 0 : end + 1;
    }

    private String allowed(String image) {
        if (image.startsWith("<")) {
            return tagged(image);
        }
        int alt = closing(image, 1, '[', ']');
        if (image.indexOf("![", 2) >= 0) {
            // One in another: which of them is an image is for each reader to say.
            return taken("");
        }
        if (alt >= image.length() || image.charAt(alt) != '(') {
            // A link in place of the image; it is loaded by nobody but who clicks.
            removed.add("?");
            return image.substring(1);
        }
        String address = address(image.substring(alt + 1, image.length() - 1).strip());
        return harmless(address) ? image : taken(address);
    }

    /// The address without its title.
    private static String address(String inside) {
        if (inside.startsWith("<")) {
            int end = inside.indexOf('>');
            return end < 0 ? inside : inside.substring(1, end);
        }
        return inside.split("\\s", 2)[0];
    }

    /// Where an element loads from can stand in many places, so it is not looked for.
    private String tagged(String tag) {
        Matcher name = TAG.matcher(tag);
        boolean loading = name.lookingAt() && LOADING.contains(name.group(1).toLowerCase(Locale.ROOT));
        if (!loading && (PLAIN.matcher(tag).matches() || LINK.matcher(tag).matches() || !tag.contains("="))) {
            return tag;
        }
        return tag.contains("=")
                ? taken(tag.replaceFirst("(?is)^.*?((?:https?:)?//[^\\s\"'>]+).*$", "$1"))
                : "&lt;" + tag.substring(1);
    }

    private String taken(String address) {
        String host = Reach.host(address);
        removed.add(host.equals(Reach.UNREADABLE) ? "?" : host);
        return "[image not shown]";
    }

    private boolean harmless(String address) {
        if (INLINE.matcher(address).matches()) {
            return true;
        }
        if (BESIDE.matcher(address).matches() && !address.startsWith("//")) {
            return true;
        }
        String lower = address.toLowerCase(Locale.ROOT);
        boolean readable = lower.startsWith("https://") && !lower.contains("\\") && !lower.contains("&#");
        return readable && hosts.matches(Reach.host(address));
    }
}
