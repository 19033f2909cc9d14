package dev.turnpike.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tool.ToolSchema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltInSchemasTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                Calculate.Arguments.class,
                CurrentTime.Arguments.class,
                Remember.Arguments.class,
                Recall.Arguments.class
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
