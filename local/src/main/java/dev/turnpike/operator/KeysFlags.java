package dev.turnpike.operator;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the command line of the keys says.
///
/// @param action `create`, `list`, `show`, `change`, `rotate`, `disable` or `limits`
/// @param id of the key, where the action takes one
/// @param url of the deployment, with its `/v1`
/// @param fields of the request, by their flags
record KeysFlags(String action, @Nullable String id, URI url, Map<String, String> fields, boolean help) {
    private static final Set<String> ACTIONS = Set.of("create", "list", "limits");
    private static final Set<String> ACTIONS_OF_ONE = Set.of("show", "change", "rotate", "disable");
    private static final Set<String> LISTS = Set.of("--caps", "--models", "--tools", "--scopes");
    private static final Set<String> NUMBERS =
            Set.of("--requests-per-minute", "--concurrent-runs", "--expires-at", "--expire-old-in-seconds");
    private static final Set<String> TEXTS = Set.of("--tenant", "--user", "--name");

    static final String HELP = """
        Makes, shows and changes API keys and limits. With Maven, arguments go into -Dargs="keys ...".
        The admin key is read from the environment variable TURNPIKE_ADMIN_KEY.

          create --tenant T     a new key, shown this once; with the flags below it may do less
          list [--tenant T]     all keys, disabled ones too
          show ID               a key, without its secret
          change ID             what the flags below name, and nothing else
          rotate ID             another secret; the old one stays good for --expire-old-in-seconds N
          disable ID            it is refused from now on
          limits --tenant T     what the tenant, or its --user U, may use; with flags, from now on

          --url URL             of the deployment, with its /v1; http://localhost:8080/v1 if not said
          --user U  --name N    whose key it is, and what it is called
          --caps C,...          as key/day=5usd,tenant/month=100usd,run=100000tokens
          --models M,...        that it may use, * for any characters; the same for --tools and --scopes
          --requests-per-minute N  --concurrent-runs N  --expires-at SECONDS
          --help                say this

        Ends with 0, with 1 when it was refused, with 2 when it could not be done.
        """;

    /// @throws IllegalArgumentException with a message for whoever typed it
    static KeysFlags parse(String... arguments) {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(arguments));
        String action = "";
        String id = null;
        URI url = URI.create("http://localhost:8080/v1");
        Map<String, String> fields = new TreeMap<>();
        boolean help = false;
        while (!rest.isEmpty()) {
            String flag = rest.remove();
            if (flag.equals("--help") || flag.equals("-h")) {
                help = true;
            } else if (flag.equals("--url")) {
                url = url(value(flag, rest));
            } else if (LISTS.contains(flag) || NUMBERS.contains(flag) || TEXTS.contains(flag)) {
                fields.put(flag, value(flag, rest));
            } else if (action.isEmpty() && (ACTIONS.contains(flag) || ACTIONS_OF_ONE.contains(flag))) {
                action = flag;
            } else if (id == null && ACTIONS_OF_ONE.contains(action) && flag.matches("[a-z2-7]{12}")) {
                id = flag;
            } else {
                throw new IllegalArgumentException("Don't know what " + flag + " is for. --help lists the flags.");
            }
        }
        var flags = new KeysFlags(action, id, url, fields, help);
        if (!help && (action.isEmpty() || (ACTIONS_OF_ONE.contains(action) && id == null))) {
            throw new IllegalArgumentException("Say what to do, and with which key. --help lists it.");
        }
        return flags;
    }

    private static String value(String flag, Deque<String> rest) {
        if (rest.isEmpty() || rest.peek().startsWith("--")) {
            throw new IllegalArgumentException(flag + " takes a value.");
        }
        return rest.remove();
    }

    /// The admin key goes there, so it goes in the clear to this machine only.
    private static URI url(String text) {
        URI url = URI.create(text.replaceFirst("/+$", ""));
        boolean here = Set.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(url.getHost()));
        if (!"https".equals(url.getScheme()) && !("http".equals(url.getScheme()) && here)) {
            throw new IllegalArgumentException("--url takes an https URL, or an http URL of this machine.");
        }
        return url;
    }

    @Nullable
    String field(String flag) {
        return fields.get(flag);
    }

    /// The fields as the body of a request.
    ObjectNode body() {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        fields.forEach((flag, value) -> {
            String name = flag.substring(2).replace('-', '_');
            if (LISTS.contains(flag)) {
                ArrayNode list = body.putArray(name);
                Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .forEach(list::add);
            } else if (NUMBERS.contains(flag)) {
                body.put(name, number(flag, value));
            } else {
                body.put(name, value);
            }
        });
        return body;
    }

    private static long number(String flag, String value) {
        if (!value.matches("[0-9]{1,12}")) {
            throw new IllegalArgumentException(flag + " takes a number.");
        }
        return Long.parseLong(value);
    }
}
