package dev.turnpike.tool;

import java.util.List;

/// Tools that come and go while the deployment runs, such as those of a server that lists its own.
public interface ToolSource {
    /// The tools as they are now. Asked for before every use, so it keeps them, and gives the same ones until
    /// they change. What it throws costs its own tools and nothing else.
    List<Tool<?>> tools();
}
