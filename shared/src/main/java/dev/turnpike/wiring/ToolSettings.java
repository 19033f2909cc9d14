package dev.turnpike.wiring;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.policy.Policy;
import dev.turnpike.remote.Definition;
import dev.turnpike.remote.DefinitionReader;
import java.util.List;

/// The tools that runs may have.
///
/// @param offered those that a run is offered when nothing narrows them
/// @param policy which of their calls are made, asked about or denied
/// @param imageHosts whose images an answer may show once the model has read what tools gave
/// @param definitions of tools that run elsewhere
public record ToolSettings(NamePatterns offered, Policy policy, NamePatterns imageHosts, List<Definition> definitions) {
    public ToolSettings {
        definitions = List.copyOf(definitions);
    }

    static ToolSettings from(Environment environment) {
        return new ToolSettings(
                environment.names(Variable.TOOLS),
                environment.textOrFile(Variable.TOOL_POLICY, Policy::parse),
                environment.names(Variable.IMAGE_HOSTS),
                environment.textOrFile(
                        Variable.TOOL_DEFINITIONS, json -> json.isBlank() ? List.of() : DefinitionReader.read(json)));
    }
}
