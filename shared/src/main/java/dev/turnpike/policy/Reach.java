package dev.turnpike.policy;

import dev.turnpike.patch.FilePatch;
import dev.turnpike.patch.Patch;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.ToolException;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a call reaches for, read from its arguments by their names: `path`, `paths`, `file` and `patch` name files,
/// `command` and `script` are a shell's text, and every text may hold URLs.
///
/// What can't be read stands as [#UNREADABLE], which no pattern of an allowing rule but `*` matches.
///
/// @param commands simple commands, each for itself
record Reach(List<String> paths, List<String> commands, List<String> hosts, Risk risk) {
    /// No name, path or host that anybody would allow.
    static final String UNREADABLE = "\0";

    private static final Set<String> PATHS = Set.of("path", "paths", "file", "files", "filename", "directory", "under");
    private static final Set<String> COMMANDS = Set.of("command", "commands", "script");
    private static final Set<String> PATCHES = Set.of("patch", "diff");
    private static final Pattern URL = Pattern.compile("(?i)(?:[a-z][a-z0-9+.-]{1,20}:)?[/\\\\]{2}[^\\s\"'<>`]+"
            + "|\\bhttps?:[^\\s\"'<>`]+"
            + "|(?<![\\w./@-])(?:[a-z0-9-]{1,63}\\.){1,8}[a-z]{2,24}(?=[/?:])[^\\s\"'<>`]*");

    /// Readers of URLs leave these out.
    private static final Pattern IGNORED = Pattern.compile("[\\t\\r\\n]");

    private static final Set<String> GIT_READS = Set.of("status", "diff", "log", "branches");
    private static final int MAX_DEPTH = 32;

    /// Whether calls of the tool differ in what they may do.
    static boolean dependsOnArguments(Subject subject) {
        return subject.kind() == Kind.SANDBOX;
    }

    /// @param arguments as the model wrote them; what is no JSON reaches for nothing, since it is refused later
    static Reach of(Subject subject, String arguments) {
        var found = new Found();
        JsonNode tree = read(arguments);
        found.look("", tree);
        List<String> commands = found.scripts.stream()
                .flatMap(script -> CommandRisk.commands(script).stream())
                .toList();
        Risk risk = dependsOnArguments(subject) ? sandboxed(subject, tree, found.scripts) : Risk.of(subject.effect());
        return new Reach(List.copyOf(found.paths), commands, List.copyOf(found.hosts), risk);
    }

    /// A program may do whatever can be done there; so nothing is let through that is not known to be harmless.
    private static Risk sandboxed(Subject subject, JsonNode arguments, List<String> scripts) {
        List<Risk> risks = new ArrayList<>(scripts.stream().map(CommandRisk::of).toList());
        String operation = arguments.path("operation").asString("");
        if (!operation.isEmpty()) {
            risks.add(GIT_READS.contains(operation) ? Risk.READ_ONLY : Risk.WRITE);
        }
        return risks.stream().reduce(Risk::or).orElse(Risk.WRITE.or(Risk.of(subject.effect())));
    }

    private static JsonNode read(String arguments) {
        try {
            return Json.MAPPER.readTree(arguments);
        } catch (JacksonException _) {
            return Json.MAPPER.nullNode();
        }
    }

    private static final class Found {
        private final Set<String> paths = new LinkedHashSet<>();
        private final List<String> scripts = new ArrayList<>();
        private final Set<String> hosts = new LinkedHashSet<>();

        /// @param name of the argument, or of the list that it stands in
        void look(String name, JsonNode value) {
            if (value.isObject()) {
                value.properties().forEach(field -> look(field.getKey(), field.getValue()));
            } else if (value.isArray()) {
                value.forEach(element -> look(name, element));
            } else if (value.isString()) {
                text(name.toLowerCase(Locale.ROOT), value.asString());
            }
        }

        private void text(String name, String text) {
            if (PATHS.contains(name)) {
                paths.add(plain(text));
            } else if (COMMANDS.contains(name)) {
                scripts.add(text);
            } else if (PATCHES.contains(name)) {
                patched(text);
            }
            Matcher url = URL.matcher(IGNORED.matcher(text).replaceAll(""));
            while (url.find()) {
                hosts.add(host(url.group()));
            }
        }

        /// As the tool reads it: what it would not read, it does not change.
        private void patched(String patch) {
            try {
                for (FilePatch file : Patch.read(patch).files()) {
                    Stream.of(Optional.ofNullable(file.from()), Optional.ofNullable(file.to()))
                            .flatMap(Optional::stream)
                            .forEach(path -> paths.add(plain(path)));
                }
            } catch (ToolException _) {
                paths.add(UNREADABLE);
            }
        }
    }

    /// A path that could mean another place than it seems to is not readable.
    private static String plain(String path) {
        String composed = Normalizer.normalize(path, Normalizer.Form.NFC);
        String plain = composed.startsWith("./") ? composed.substring(2) : composed;
        boolean tricky = plain.startsWith("/")
                || plain.startsWith("~")
                || plain.contains("\\")
                || plain.contains("%")
                || plain.contains("\0")
                || List.of(plain.split("/", -1)).contains("..");
        return tricky ? UNREADABLE : plain;
    }

    /// In lower case, without a port.
    static String host(String url) {
        String slashes = url.replace('\\', '/');
        try {
            boolean bare = !slashes.startsWith("//") && !slashes.matches("(?is)[a-z][a-z0-9+.-]*:.*");
            String whole = bare ? "any://" + slashes : slashes.startsWith("//") ? "any:" + slashes : slashes;
            String host = new URI(whole).getHost();
            return host == null ? UNREADABLE : host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        } catch (URISyntaxException _) {
            return UNREADABLE;
        }
    }

    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .build())
                .build();
    }
}
