package dev.turnpike.operator;

import dev.turnpike.aws.CheckedRows;
import dev.turnpike.check.ConversationCheck;
import dev.turnpike.check.Counts;
import dev.turnpike.check.TableCheck;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.responses.WireJson;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Checks a table and says what it found.
public final class CheckCommand {
    private final DynamoDbClient dynamo;
    private final InstantSource clock;
    private final PrintStream output;

    private CheckCommand(DynamoDbClient dynamo, InstantSource clock, PrintStream output) {
        this.dynamo = dynamo;
        this.clock = clock;
        this.output = output;
    }

    public static void main(String[] arguments) {
        System.exit(run(System.out, arguments));
    }

    /// @return the command's exit status: 1 when something is wrong, 2 when it could not look
    public static int run(PrintStream output, String... arguments) {
        try {
            CheckFlags flags = CheckFlags.parse(arguments);
            if (flags.help()) {
                output.print(CheckFlags.HELP);
                return 0;
            }
            try (DynamoDbClient dynamo = OperatorTable.open(flags.region(), flags.endpoint())) {
                return new CheckCommand(dynamo, InstantSource.system(), output).check(flags);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
        } catch (SdkException | IllegalStateException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            System.err.printf("The table could not be checked: %s (%s)%n", e.getMessage(), cause.getMessage());
        }
        return 2;
    }

    private int check(CheckFlags flags) {
        var rows = new CheckedRows(dynamo, Objects.requireNonNull(flags.table()), WireJson.mapper(), clock);
        var rules = new ConversationCheck(flags.prices());
        Stream<ConversationKey> conversations = flags.conversations().isEmpty()
                ? flags.tenants().stream().flatMap(rows::conversations)
                : flags.named().stream();
        Counts counts = new TableCheck(rows, rules, clock).check(conversations, output::println);
        output.println(counts);
        return counts.violations() == 0 ? 0 : 1;
    }
}
