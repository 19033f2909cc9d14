package dev.turnpike.sandbox;

import dev.turnpike.sandbox.SandboxCommand.Language;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import java.time.Duration;
import java.util.Locale;

/// Runs a program that a model has written. Changes nothing but the conversation's files.
record RunCode(SandboxWork work) implements WorkspaceTool<RunCode.Arguments> {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    record Arguments(
            @Describe("java, written as for jshell, or python")
            String language,

            @Describe("the program") String code) {}

    @Override
    public String name() {
        return "run_code";
    }

    @Override
    public String description() {
        return "Runs Java or Python code in a sandbox, in a folder that holds this conversation's files, and answers"
                + " with its exit code and what it prints. Files that it changes are kept; there is no network.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public SandboxCommand command(Arguments arguments) throws ToolException {
        for (Language language : Language.values()) {
            if (language.wireName().equals(arguments.language().toLowerCase(Locale.ROOT))) {
                return new SandboxCommand.Code(language, arguments.code());
            }
        }
        throw new ToolException("language is java or python");
    }

    @Override
    public Duration timeout(Arguments arguments) {
        return TIMEOUT;
    }

    @Override
    public String shown(Arguments arguments) {
        return arguments.language() + ":\n" + arguments.code();
    }
}
