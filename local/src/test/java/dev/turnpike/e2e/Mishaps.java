package dev.turnpike.e2e;

import dev.turnpike.e2e.ChaosAnswer.Piece;
import dev.turnpike.e2e.ChaosModel.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What becomes of the calls of many runs: a good half of them is answered, some with a call of a tool, and the rest
/// goes wrong in one way or another. A run's calls go the same way whenever the seed is the same.
///
/// Its questions name their run and how often it is to use a tool: `Run 000123, tools 2`.
final class Mishaps implements ChaosModel.Behaviour {
    /// Less than what a provider is thought to have written beside what came through.
    private static final int MOST_WORDS = 48;

    private static final int LONGEST_NAME = 10;
    private static final Duration UNTIL_READ = Duration.ofMillis(700);
    private static final List<String> WORDS = List.of(ChaosModel.TEXT.split("(?= )"));

    private enum Kind {
        FIN(7),
        LATE_FIN(1),
        RESET(4),
        STALL(1),
        BUSY(6),
        LIMITED(5),
        GARBAGE(4),
        SAID_SO(4);

        private final int percent;

        Kind(int percent) {
            this.percent = percent;
        }
    }

    private final long seed;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final AtomicInteger troubled = new AtomicInteger();

    Mishaps(long seed) {
        this.seed = seed;
    }

    static String question(int run, int tools) {
        return "Run %06d, tools %d".formatted(run, tools);
    }

    /// Calls that went wrong.
    int troubled() {
        return troubled.get();
    }

    @Override
    public void answer(Exchange exchange) throws IOException {
        int number = calls.computeIfAbsent(exchange.question, _ -> new AtomicInteger())
                .incrementAndGet();
        var random = new Random(seed + exchange.question.hashCode() * 1_000L + number);
        exchange.says(answer(exchange, random));
        int percent = random.nextInt(100);
        for (Kind kind : Kind.values()) {
            percent -= kind.percent;
            if (percent < 0) {
                troubled.incrementAndGet();
                goWrong(exchange, kind, random);
                return;
            }
        }
        exchange.wholeAnswer();
    }

    private static ChaosAnswer answer(Exchange exchange, Random random) {
        int tools = Integer.parseInt(exchange.question.substring(exchange.question.length() - 1));
        var words = new StringBuilder();
        for (int i = random.nextInt(1, MOST_WORDS - LONGEST_NAME); i > 0; i--) {
            words.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        ChaosAnswer text = ChaosAnswer.says(words.toString());
        return exchange.results < tools
                ? text.calling("calculate", "{\"expression\":\"%d + 1\"}".formatted(exchange.results))
                : text;
    }

    private static void goWrong(Exchange exchange, Kind kind, Random random) throws IOException {
        switch (kind) {
            case FIN -> {
                exchange.answerUpTo(someOf(beforeUsage(exchange), random));
                exchange.hangUp();
            }
            case LATE_FIN -> {
                int end = exchange.recording().getLast().bytes().length;
                exchange.answerUpTo(size(exchange.recording()) - end);
                // A client forgets what it has not read when its connection breaks, and of this call it can know all.
                exchange.isAloneAfter(UNTIL_READ);
                exchange.hangUp();
            }
            case RESET -> {
                exchange.answerUpTo(someOf(beforeUsage(exchange), random));
                exchange.isAloneAfter(UNTIL_READ);
                exchange.reset();
            }
            case STALL -> {
                exchange.answerUpTo(someOf(beforeUsage(exchange), random));
                exchange.waitForTheEnd();
            }
            case BUSY -> exchange.status(503, Map.of(), "{}");
            case LIMITED -> exchange.status(429, Map.of("retry-after-ms", "50"), "{}");
            case GARBAGE -> {
                exchange.begin();
                exchange.word("So");
                exchange.raw("data: {\"choi\n\n");
                exchange.isAloneAfter(UNTIL_READ);
                exchange.hangUp();
            }
            case SAID_SO -> {
                exchange.begin();
                exchange.word("So");
                exchange.raw("data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n");
                exchange.isAloneAfter(UNTIL_READ);
                exchange.hangUp();
            }
        }
    }

    private static List<Piece> beforeUsage(Exchange exchange) {
        return exchange.recording().stream().takeWhile(piece -> !piece.usage()).toList();
    }

    /// The bytes of some pieces, and perhaps the half of another.
    private static int someOf(List<Piece> pieces, Random random) {
        int whole = random.nextInt(pieces.size());
        int half = random.nextBoolean() ? pieces.get(whole).bytes().length / 2 : 0;
        return size(pieces.subList(0, whole)) + half;
    }

    private static int size(List<Piece> pieces) {
        return pieces.stream().mapToInt(piece -> piece.bytes().length).sum();
    }
}
