package dev.turnpike.operator;

import dev.turnpike.wiring.SettingsException;
import dev.turnpike.wiring.ToolCatalog;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Shows the tools that a deployment with these settings has, and those that it withholds.
final class ToolsCommand {
    static final String HELP = """
        tools           every tool: its kind, effect, what is decided of its calls, and where it runs
        tools NAME      one of them, with its digest and the schema of its arguments

          --definitions FILE    as TOOL_DEFINITIONS; from the environment if not said
          --policy FILE         as TOOL_POLICY; from the environment if not said
          --help                say this

        The environment's other settings count, too: TOOLS, EGRESS_ALLOW, EGRESS_PORTS. Servers are asked now, with the
        secrets that this terminal's AWS credentials may read. Ends with 1 when a tool of that name is not there.
        """;

    private static final Map<String, String> FILES =
            Map.of("--definitions", "TOOL_DEFINITIONS", "--policy", "TOOL_POLICY");

    private ToolsCommand() {}

    /// @return the command's exit status
    /// @throws IllegalArgumentException when it could not be done, with a message for whoever typed it
    static int run(PrintStream output, String... arguments) {
        return run(output, System.getenv(), arguments);
    }

    static int run(PrintStream output, Map<String, String> environment, String... arguments) {
        Map<String, String> settings = new HashMap<>(environment);
        String name = "";
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--help") || argument.equals("-h")) {
                output.print(HELP);
                return 0;
            }
            String variable = FILES.get(argument);
            if (variable != null && i + 1 < arguments.length) {
                settings.put(variable, Path.of(arguments[++i]).toAbsolutePath().toString());
            } else if (argument.startsWith("--") || !name.isEmpty()) {
                throw new IllegalArgumentException("tools does not know " + argument + ". --help says what it knows.");
            } else {
                name = argument;
            }
        }
        ToolCatalog catalog = catalog(settings);
        return name.isEmpty() ? list(output, catalog) : show(output, catalog, name);
    }

    private static ToolCatalog catalog(Map<String, String> settings) {
        try {
            return ToolCatalog.of(settings);
        } catch (SettingsException malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        }
    }

    private static int list(PrintStream output, ToolCatalog catalog) {
        String form = "%-32s %-10s %-11s %-13s %-8s %s%n";
        output.printf(form, "name", "kind", "effect", "calls", "offered", "from");
        for (ToolCatalog.Entry tool : catalog.tools()) {
            output.printf(
                    form,
                    tool.name(),
                    tool.kind().wireName(),
                    tool.effect().name().toLowerCase(Locale.ROOT),
                    tool.approval(),
                    tool.offered() ? "yes" : "no",
                    tool.from());
        }
        catalog.withheld().forEach((tool, reason) -> output.printf("%-32s withheld: %s%n", tool, reason));
        return 0;
    }

    private static int show(PrintStream output, ToolCatalog catalog, String name) {
        for (ToolCatalog.Entry tool : catalog.tools()) {
            if (tool.name().equals(name)) {
                output.printf(
                        "%s (%s, %s): calls %s, offered %s, from %s%n",
                        name,
                        tool.kind().wireName(),
                        tool.effect().name().toLowerCase(Locale.ROOT),
                        tool.approval(),
                        tool.offered() ? "yes" : "no",
                        tool.from());
                if (!tool.bound().isEmpty()) {
                    output.println("digest " + tool.bound());
                }
                output.println(tool.description());
                output.println(JsonMapper.shared().readTree(tool.schema()).toPrettyString());
                return 0;
            }
        }
        String reason = catalog.withheld().get(name);
        output.println(reason == null ? "There is no tool " + name + "." : name + " is withheld: " + reason);
        return 1;
    }
}
