package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.aws.DynamoUsageStore;
import dev.turnpike.usage.UsageStore;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Tells a tenant's ledger: as a file for other programs, or whether its costs are what its tokens cost.
final class LedgerCommand {
    private final UsageStore usage;
    private final PrintStream output;
    private final PrintStream errors;

    LedgerCommand(UsageStore usage, PrintStream output, PrintStream errors) {
        this.usage = usage;
        this.output = output;
        this.errors = errors;
    }

    /// @return the command's exit status: 1 when costs differ, 2 when it could not look
    /// @throws IllegalArgumentException with a message for whoever typed it
    static int run(PrintStream output, String... arguments) {
        LedgerFlags flags = LedgerFlags.parse(arguments);
        if (flags.help()) {
            output.print(LedgerFlags.HELP);
            return 0;
        }
        try (DynamoDbClient dynamo = OperatorTable.open(flags.region(), flags.endpoint())) {
            return new LedgerCommand(new DynamoUsageStore(dynamo, flags.table()), output, System.err).run(flags);
        } catch (SdkException e) {
            System.err.println("The ledger could not be read: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("The ledger could not be written: " + e.getMessage());
        }
        return 2;
    }

    int run(LedgerFlags flags) throws IOException {
        var period = new LedgerPeriod(flags.tenant(), flags.first(), flags.last());
        // Asked first: of what is counted meanwhile too much is said, not too little.
        long uncounted = period.uncounted(usage);
        int status = 0;
        if (flags.action().equals("export")) {
            export(flags, period);
        } else {
            status = new LedgerRecompute(flags.prices(), output).run(period.rows(usage)) == 0 ? 0 : 1;
        }
        if (uncounted > 0) {
            errors.println("Not counted yet, and so perhaps not among them: " + uncounted + ". Ask again in a minute.");
        }
        return status;
    }

    /// A file has its name only when it is whole.
    private void export(LedgerFlags flags, LedgerPeriod period) throws IOException {
        Path file = flags.out();
        if (file == null) {
            var writer = new BufferedWriter(new OutputStreamWriter(output, UTF_8));
            write(flags, period, writer);
            writer.flush();
            if (output.checkError()) {
                throw new IOException("nobody reads on");
            }
            return;
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        long rows;
        try (Writer writer = Files.newBufferedWriter(part)) {
            rows = write(flags, period, writer);
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        errors.println(rows + " rows in " + file);
    }

    private long write(LedgerFlags flags, LedgerPeriod period, Writer writer) throws IOException {
        return flags.csv()
                ? LedgerExport.csv(period.rows(usage), writer)
                : LedgerExport.json(period.rows(usage), writer);
    }
}
