package dev.turnpike.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tool.ToolSchema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSchemasTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                ReadFile.Arguments.class,
                WriteFile.Arguments.class,
                ListFiles.Arguments.class,
                SearchFiles.Arguments.class,
                ApplyPatch.Arguments.class,
                UndoWorkspaceChange.Arguments.class
            })
    void theSchemaThatAToolBringsIsTheGeneratedOne(Class<? extends Record> arguments) {
        String name = arguments.getName();
        String file = name.substring(name.lastIndexOf('.') + 1) + ".schema.json";

        assertThat(arguments.getResource(file)).as(file).isNotNull();
        assertThat(ToolSchema.of(arguments).json())
                .as("%s must hold what ToolSchema.generate gives for %s", file, name)
                .isEqualTo(ToolSchema.generate(arguments));
    }
}
