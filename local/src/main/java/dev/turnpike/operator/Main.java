package dev.turnpike.operator;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// What an operator can do from a checkout: `mvn -q -Poperate -Dargs="<command> ..."`.
public final class Main {
    private static final Map<String, Command> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("keys", new Command("API keys and limits of a deployment", KeysCommand::run));
        COMMANDS.put("prices", new Command("what models cost, and newer prices", PricesCommand::run));
        COMMANDS.put(
                "tools",
                new Command("the tools of a deployment, and what is decided of their calls", ToolsCommand::run));
        COMMANDS.put("check", new Command("whether what is stored keeps its promises", CheckCommand::run));
        COMMANDS.put(
                "ledger",
                new Command("every charged call of a period, and its cost computed again", LedgerCommand::run));
    }

    private record Command(String about, Work work) {}

    private interface Work {
        /// @return the exit status: 0 when all is well, 1 when something is wrong, 2 when it could not be done
        int run(PrintStream output, String... arguments);
    }

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /// @return the exit status, 2 when the arguments make no command
    public static int run(PrintStream output, PrintStream errors, String... arguments) {
        Command command = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (command != null) {
            try {
                return command.work().run(output, Arrays.copyOfRange(arguments, 1, arguments.length));
            } catch (IllegalArgumentException e) {
                errors.println(e.getMessage());
                return 2;
            }
        }
        errors.println("Say -Dargs=\"<command> ...\", or -Dargs=\"<command> --help\":");
        COMMANDS.forEach((name, each) -> errors.printf("  %-8s %s%n", name, each.about()));
        return 2;
    }
}
