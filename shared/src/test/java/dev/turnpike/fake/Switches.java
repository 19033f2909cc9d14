package dev.turnpike.fake;

import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A world of switches, and the tools that turn them on and off again. What comes twice with one key happens once.
public final class Switches {
    private final Set<String> on = new TreeSet<>();
    private final Set<String> keys = new HashSet<>();
    private final List<String> happened = new ArrayList<>();
    private volatile PortCalls calls = new PortCalls();

    public record Named(String name) {}

    /// What goes wrong with the tools' calls from now on is planned there.
    public void through(PortCalls plan) {
        calls = plan;
    }

    public synchronized Set<String> on() {
        return new TreeSet<>(on);
    }

    /// What has happened, in this order, as `on a`, `off a`.
    public synchronized List<String> happened() {
        return List.copyOf(happened);
    }

    /// `turn_on`, which `turn_off` undoes, and which no model is shown.
    public List<Tool<?>> tools() {
        return List.of(new Turn(true), new Turn(false));
    }

    private synchronized String turn(String name, boolean wanted, String key) throws ToolException {
        if (keys.add(key)) {
            if (name.equals("stuck")) {
                throw new ToolException("this switch can't be turned");
            }
            happened.add((wanted ? "on " : "off ") + name);
            if (wanted) {
                on.add(name);
            } else {
                on.remove(name);
            }
        }
        return (wanted ? "Turned on " : "Turned off ") + name + ".";
    }

    private final class Turn implements Tool<Named> {
        private final boolean wanted;

        Turn(boolean wanted) {
            this.wanted = wanted;
        }

        @Override
        public String name() {
            return wanted ? "turn_on" : "turn_off";
        }

        @Override
        public String description() {
            return "Turns a switch.";
        }

        @Override
        public ToolSchema<Named> arguments() {
            return ToolSchema.of(Named.class);
        }

        @Override
        public Effect effect() {
            return Effect.REPEATABLE;
        }

        @Override
        public Kind kind() {
            return Kind.BUILT_IN;
        }

        @Override
        public boolean offered() {
            return wanted;
        }

        @Override
        public String call(Named arguments, ToolContext context) throws ToolException {
            return calls.through(
                    "tool " + name(),
                    () -> turn(arguments.name(), wanted, context.idempotencyKey()),
                    _ -> new ToolException("No answer came."));
        }

        @Override
        public Optional<Compensation> compensation(Named arguments, String output, ToolContext context) {
            return wanted
                    ? Optional.of(new Compensation("turn_off", "{\"name\":\"" + arguments.name() + "\"}"))
                    : Optional.empty();
        }
    }
}
