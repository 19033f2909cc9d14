package dev.turnpike.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/// Operations as a list of words, as git itself is told them: on the wire, and as arguments of a process.
public final class GitWords {
    private static final String STAGED = "--staged";

    private GitWords() {}

    public static List<String> of(GitOperation operation) {
        return switch (operation) {
            case GitOperation.Init _ -> List.of("init");
            case GitOperation.Status _ -> List.of("status");
            case GitOperation.Diff(boolean staged, List<String> paths) -> words("diff", staged, paths);
            case GitOperation.Add(List<String> paths) -> words("add", false, paths);
            case GitOperation.Commit(String author, String email, String message) ->
                List.of("commit", author, email, message);
            case GitOperation.Log(int count) -> List.of("log", Integer.toString(count));
            case GitOperation.Restore(boolean staged, List<String> paths) -> words("restore", staged, paths);
            case GitOperation.Branches _ -> List.of("branches");
            case GitOperation.Switch(String branch) -> List.of("switch", branch);
        };
    }

    private static List<String> words(String name, boolean staged, List<String> paths) {
        List<String> words = new ArrayList<>(List.of(name, staged ? STAGED : ""));
        words.addAll(paths);
        return List.copyOf(words);
    }

    /// @throws IllegalArgumentException they are not the words of an operation
    public static GitOperation read(List<String> words) {
        try {
            return switch (words.getFirst()) {
                case "init" -> new GitOperation.Init();
                case "status" -> new GitOperation.Status();
                case "diff" -> new GitOperation.Diff(staged(words), paths(words));
                case "add" -> new GitOperation.Add(paths(words));
                case "commit" -> new GitOperation.Commit(words.get(1), words.get(2), words.get(3));
                case "log" -> new GitOperation.Log(Integer.parseInt(words.get(1)));
                case "restore" -> new GitOperation.Restore(staged(words), paths(words));
                case "branches" -> new GitOperation.Branches();
                case "switch" -> new GitOperation.Switch(words.get(1));
                default -> throw new IllegalArgumentException("no operation is called " + words.getFirst());
            };
        } catch (NoSuchElementException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("an operation lacks words", e);
        }
    }

    private static boolean staged(List<String> words) {
        return words.get(1).equals(STAGED);
    }

    private static List<String> paths(List<String> words) {
        return words.subList(2, words.size());
    }
}
