package dev.turnpike.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Puts a command of git's into the words of the tool `git_operation`, where that can do the same.
final class GitWords {
    private static final Set<String> ALL = Set.of("-A", "--all", ".");

    private GitWords() {}

    /// @param words of a simple command
    /// @return the tool's arguments; empty where it is another command, or says more than the tool can do
    static Optional<ObjectNode> read(List<String> words) {
        if (words.size() < 2 || !words.getFirst().equals("git")) {
            return Optional.empty();
        }
        String operation = words.get(1);
        List<String> rest = words.subList(2, words.size());
        boolean plain = rest.stream().noneMatch(word -> word.startsWith("-") || word.contains("$"));
        return switch (operation) {
            case "init", "status" -> rest.isEmpty() ? Optional.of(operation(operation)) : Optional.empty();
            case "branch" -> rest.isEmpty() ? Optional.of(operation("branches")) : Optional.empty();
            case "log" -> rest.isEmpty() ? Optional.of(operation("log")) : Optional.empty();
            case "add" ->
                ALL.containsAll(rest) && !rest.isEmpty()
                        ? Optional.of(operation("add"))
                        : plain && !rest.isEmpty() ? Optional.of(paths("add", rest)) : Optional.empty();
            case "diff", "restore" -> plain ? Optional.of(paths(operation, rest)) : Optional.empty();
            case "commit" ->
                rest.size() == 2 && rest.getFirst().equals("-m")
                        ? Optional.of(operation("commit").put("message", rest.getLast()))
                        : Optional.empty();
            case "switch", "checkout" -> branch(operation, rest);
            default -> Optional.empty();
        };
    }

    private static Optional<ObjectNode> branch(String operation, List<String> rest) {
        boolean made = rest.size() == 2 && rest.getFirst().equals(operation.equals("switch") ? "-c" : "-b");
        boolean there = operation.equals("switch")
                && rest.size() == 1
                && !rest.getFirst().startsWith("-");
        return made || there ? Optional.of(operation("switch").put("branch", rest.getLast())) : Optional.empty();
    }

    private static ObjectNode operation(String name) {
        return JsonNodeFactory.instance.objectNode().put("operation", name);
    }

    private static ObjectNode paths(String operation, List<String> paths) {
        ObjectNode arguments = operation(operation);
        if (!paths.isEmpty()) {
            paths.forEach(arguments.putArray("paths")::add);
        }
        return arguments;
    }
}
