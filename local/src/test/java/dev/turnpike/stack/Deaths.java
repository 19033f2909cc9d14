package dev.turnpike.stack;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A stack in one JVM whose api and worker functions die in the middle of their work: at a call of the table or of a
/// queue, before or after it had its effect, or while an answer is written.
public final class Deaths {
    private static final int EVERY_SIXTH = 6;
    private static final Pattern CREATES = Pattern.compile("\"path\" *: *\"/v1/responses\"");
    private static final LambdaLogger NOWHERE = new LambdaLogger() {
        @Override
        public void log(String message) {
            // Thousands of rows are in the ledger, too.
        }

        @Override
        public void log(byte[] message) {
            // As above.
        }
    };

    private final Random random;
    private final int inThousand;
    private final int mostCalls;
    private final Queue<String> died = new ConcurrentLinkedQueue<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private volatile boolean over;

    /// @param inThousand of the invocations that are to die
    /// @param mostCalls that those make
    public Deaths(Random random, int inThousand, int mostCalls) {
        this.random = random;
        this.inThousand = inThousand;
        this.mostCalls = mostCalls;
    }

    public Stack start(StackOptions options) throws IOException {
        return Stack.start(options, this::handlers);
    }

    /// From now on everybody lives.
    public void end() {
        over = true;
    }

    /// The messages and the requests of the invocations that died, as they came.
    public List<String> died() {
        return List.copyOf(died);
    }

    /// Messages that were delivered while they were served already.
    public int duplicates() {
        return duplicates.get();
    }

    public int underWay() {
        return underWay.get();
    }

    /// Invocations so far.
    public int begun() {
        return begun.get();
    }

    private Handlers handlers(Map<String, String> environment) {
        Handlers real = Handlers.deployed(environment);
        return new Handlers(
                (input, output, context) -> answer(real.api(), input.readAllBytes(), output, context),
                (batch, context) -> deliver(real.worker(), batch, quiet(context)),
                real.deadSteps(),
                real.intake(),
                real.reaper());
    }

    private void answer(RequestStreamHandler api, byte[] event, OutputStream output, Context context)
            throws IOException {
        String text = new String(event, StandardCharsets.UTF_8);
        if (!CREATES.matcher(text).find()) {
            api.handleRequest(new ByteArrayInputStream(event), output, context);
            return;
        }
        Mortal mortal = mortal();
        try {
            mortal.live(() -> api.handleRequest(new ByteArrayInputStream(event), new DyingStream(output), context));
        } finally {
            note(mortal, text);
        }
    }

    private SQSBatchResponse deliver(
            RequestHandler<SQSEvent, SQSBatchResponse> worker, SQSEvent batch, Context context) {
        if (begun.incrementAndGet() % EVERY_SIXTH == 0) {
            duplicates.incrementAndGet();
            Thread.ofVirtual().start(() -> serve(worker, batch, context));
        }
        return serve(worker, batch, context);
    }

    /// A message whose invocation died comes again.
    private SQSBatchResponse serve(RequestHandler<SQSEvent, SQSBatchResponse> worker, SQSEvent batch, Context context) {
        Mortal mortal = mortal();
        var answer = new AtomicReference<@Nullable SQSBatchResponse>();
        underWay.incrementAndGet();
        try {
            mortal.live(() -> answer.set(worker.handleRequest(batch, context)));
        } catch (Mortal.Died _) {
            // As below.
        } finally {
            underWay.decrementAndGet();
            batch.getRecords().forEach(message -> note(mortal, message.getBody()));
        }
        SQSBatchResponse served = answer.get();
        return served == null || mortal.dead() ? allFailed(batch) : served;
    }

    private static SQSBatchResponse allFailed(SQSEvent batch) {
        return new SQSBatchResponse(batch.getRecords().stream()
                .map(message -> new BatchItemFailure(message.getMessageId()))
                .toList());
    }

    private Mortal mortal() {
        synchronized (random) {
            boolean dies = random.nextInt(1_000) < inThousand && !over;
            return new Mortal(dies ? random.nextInt(mostCalls) : Integer.MAX_VALUE, random.nextBoolean());
        }
    }

    private void note(Mortal mortal, String text) {
        if (mortal.dead()) {
            died.add(text);
        }
    }

    private static Context quiet(Context context) {
        return (Context) Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (_, method, arguments) ->
                        method.getName().equals("getLogger") ? NOWHERE : method.invoke(context, arguments));
    }

    /// Each write is a call, too.
    private static final class DyingStream extends FilterOutputStream {
        DyingStream(OutputStream output) {
            super(output);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Mortal.calls();
            out.write(bytes, offset, length);
            Mortal.hasCalled();
        }

        @Override
        public void write(int one) throws IOException {
            Mortal.calls();
            out.write(one);
            Mortal.hasCalled();
        }
    }
}
