package dev.turnpike.stack;

import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.CountDownLatch;

/// The one command that starts the local stack.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        Output output = Output.install();
        Flags flags;
        try {
            flags = Flags.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        if (flags.help()) {
            System.out.print(Flags.HELP);
            return;
        }
        StackOptions options = flags.options(System.getenv());
        Stack stack = start(options);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            // What ends now has nothing more to say.
            output.mute();
            stack.close();
        }));
        System.out.print(Greeting.of(stack, options));
        new CountDownLatch(1).await();
    }

    private static Stack start(StackOptions options) {
        try {
            return Stack.start(options);
        } catch (BindException _) {
            System.err.printf("Port %d is taken. Start with --port and another one, or 0 for any.%n", options.port());
        } catch (IOException | RuntimeException e) {
            System.err.println("The stack did not start: " + e.getMessage());
        }
        System.exit(1);
        throw new IllegalStateException("not reached");
    }
}
