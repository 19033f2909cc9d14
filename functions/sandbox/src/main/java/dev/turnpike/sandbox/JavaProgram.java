package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.MethodSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/// Runs Java that is written in snippets, as for jshell: statements, declarations and expressions, whose values are
/// printed. Where there are only declarations, their `main` runs. It ends at the first mistake, with 1.
public final class JavaProgram {
    private static final List<String> IMPORTS = List.of(
            "java.io.*",
            "java.math.*",
            "java.nio.file.*",
            "java.time.*",
            "java.util.*",
            "java.util.function.*",
            "java.util.stream.*");

    /// How a line begins that belongs to the one before.
    private static final Pattern GOES_ON =
            Pattern.compile("\\s*([.+*%&|^?:<>=,)\\]}-]|/[^/*]|(else|catch|finally)\\b)");

    private final PrintStream out = new PrintStream(System.out, true, UTF_8);
    private final JShell shell = JShell.builder()
            // In this process: another one would have to be spoken to by a socket, and there are none.
            .executionEngine(new LocalExecutionControlProvider(), Map.of())
            .out(out)
            .err(out)
            .build();
    private Optional<String> main = Optional.empty();
    private boolean ran;

    private JavaProgram() {}

    public static void main(String[] arguments) throws IOException {
        String source = Files.readString(Path.of(arguments[0]));
        boolean good = new JavaProgram().run(source);
        System.exit(good ? 0 : 1);
    }

    private boolean run(String source) {
        for (String name : IMPORTS) {
            shell.eval("import " + name + ";");
        }
        String rest = source;
        while (!rest.isBlank()) {
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            if (next.completeness() == Completeness.EMPTY) {
                break; // What is left is a comment.
            }
            boolean unknown = next.source() == null || next.source().isEmpty();
            String snippet = unknown ? rest : next.source();
            String behind = unknown ? "" : next.remaining();
            List<SnippetEvent> events = shell.eval(snippet);
            if (isRejected(events)) {
                // Nothing has happened. An expression may end with its line instead of a semicolon, as in jshell.
                String line = firstLines(rest);
                events = line.isEmpty() ? events : shell.eval(line);
                behind = line.isEmpty() ? behind : rest.substring(line.length());
            }
            if (!good(events)) {
                return false;
            }
            rest = behind;
        }
        return ran || main.isEmpty() || good(shell.eval(main.get()));
    }

    private static boolean isRejected(List<SnippetEvent> events) {
        return events.stream().anyMatch(event -> event.status() == Snippet.Status.REJECTED);
    }

    /// The fewest lines that are a snippet, unless what follows them goes on; empty when none are.
    private String firstLines(String text) {
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
            String lines = text.substring(0, end);
            Completeness completeness =
                    shell.sourceCodeAnalysis().analyzeCompletion(lines).completeness();
            boolean complete = completeness == Completeness.COMPLETE_WITH_SEMI || completeness == Completeness.COMPLETE;
            if (complete && !GOES_ON.matcher(text.substring(end)).lookingAt()) {
                return lines;
            }
        }
        return "";
    }

    private boolean good(List<SnippetEvent> events) {
        return events.stream().allMatch(event -> event.causeSnippet() != null || good(event));
    }

    private boolean good(SnippetEvent event) {
        Snippet snippet = event.snippet();
        if (event.status() == Snippet.Status.REJECTED) {
            shell.diagnostics(snippet).forEach(mistake -> out.println("error: " + mistake.getMessage(Locale.ROOT)));
            out.println("in: " + snippet.source().strip());
            return false;
        }
        if (event.exception() != null) {
            tell(event.exception());
            return false;
        }
        remember(snippet, event);
        return true;
    }

    private void remember(Snippet snippet, SnippetEvent event) {
        switch (snippet) {
            case TypeDeclSnippet type -> {
                if (type.source().contains("void main(String")) {
                    main = Optional.of(type.name() + ".main(new String[0]);");
                }
            }
            case MethodSnippet method -> {
                if (method.name().equals("main")) {
                    main = Optional.of(method.parameterTypes().isEmpty() ? "main();" : "main(new String[0]);");
                }
            }
            case ExpressionSnippet _ -> print(event);
            case VarSnippet variable -> {
                if (variable.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND) {
                    print(event);
                }
            }
            default -> ran |= snippet.kind() == Snippet.Kind.STATEMENT;
        }
    }

    private void print(SnippetEvent event) {
        ran = true;
        if (event.value() != null && !event.value().isEmpty()) {
            out.println(event.value());
        }
    }

    private void tell(JShellException thrown) {
        if (thrown instanceof EvalException exception) {
            String text = exception.getMessage() == null ? "" : ": " + exception.getMessage();
            out.println(exception.getExceptionClassName() + text);
            for (StackTraceElement frame : exception.getStackTrace()) {
                out.println("  at " + frame);
            }
        } else {
            out.println("something is used that was never declared: " + thrown.getMessage());
        }
    }
}
