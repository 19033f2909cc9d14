package dev.turnpike.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.conversation.StoredItem;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.Run;
import dev.turnpike.sse.SseWriter;
import dev.turnpike.tool.Tool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// A workbench whose run is recorded, and its readers.
final class Recorded {
    static final String HELLO = "{\"input\": \"Hello\", \"background\": true, \"stream\": true}";

    final Workbench bench;
    final ResponseWriter responses = new ResponseWriter(WireJson.mapper(), _ -> Optional.empty());

    Recorded(Tool<?>... tools) {
        bench = new Workbench(tools);
    }

    /// While a reader waits the worker works, and the reaper looks after what lies still.
    ShownStream read(long after) throws IOException {
        return read(after, time -> {
            bench.clock.advance(time);
            bench.sweep();
            bench.work();
        });
    }

    ShownStream read(long after, Consumer<Duration> pause) throws IOException {
        return read(after, pause, Duration.ofDays(3));
    }

    ShownStream read(long after, Consumer<Duration> pause, Duration patience) throws IOException {
        var out = new ByteArrayOutputStream();
        replay(pause).follow(bench.only(), after, new SseWriter(out), Deadline.in(patience, bench.clock));
        return new ShownStream(out.toString(UTF_8));
    }

    StreamReplay replay(Consumer<Duration> pause) {
        return new StreamReplay(bench.log, bench.store, bench.store, responses, bench.retention, bench.clock, pause);
    }

    /// The response as it is stored.
    JsonNode stored() {
        Run run = bench.only();
        var output = bench.store.range(run.key().conversation(), run.inputEnd(), run.endSeq()).stream()
                .map(StoredItem::item)
                .toList();
        return WireJson.mapper().readTree(responses.text(run, output));
    }
}
