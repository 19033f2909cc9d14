package dev.turnpike.proof;

import dev.turnpike.engine.EngineSettings;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.Workbench;
import dev.turnpike.tool.ToolRegistry;
import java.util.List;

/// One tool of each kind, for one bench after the other: what takes longest is to make their schemas.
final class Tools {
    private final List<CountedTool> all =
            List.of(CountedTool.readOnly("look"), CountedTool.repeatable("mail"), CountedTool.once("pay"));
    private final ToolRegistry registry = ToolRegistry.of(List.copyOf(all));

    List<CountedTool> all() {
        return all;
    }

    /// A new bench, whose tools have never started. The one before is of no use any more.
    Workbench bench() {
        var bench = new Workbench(EngineSettings.defaults("test"), 50, registry, SameThread::new);
        all.forEach(tool -> tool.startOver(bench.calls));
        return bench;
    }
}
