package dev.turnpike.tool;

import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Generates the JSON Schema of a record: all components required unless `@Nullable` or `Optional`, nothing beside
/// them allowed, [Describe] as description.
final class RecordSchema {
    private RecordSchema() {}

    static ObjectNode of(Class<? extends Record> type) {
        var config = new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(
                        Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                        Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                        Option.FLATTENED_OPTIONALS)
                .without(Option.SCHEMA_VERSION_INDICATOR);
        // Stays in the order of declaration: it is the order in which the model fills the arguments in.
        config.forTypesInGeneral().withPropertySorter((_, _) -> 0);
        config.forFields()
                .withRequiredCheck(field -> !optional(field))
                .withNullableCheck(RecordSchema::optional)
                .withDescriptionResolver(RecordSchema::description);
        ObjectNode schema = new SchemaGenerator(config.build()).generateSchema(type);
        // A provider refuses an object without properties, even one that has none to declare.
        if (!schema.has("properties")) {
            schema.putObject("properties");
        }
        return schema;
    }

    private static boolean optional(FieldScope field) {
        return field.getRawMember().getType() == Optional.class
                || field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static @Nullable String description(FieldScope field) {
        Describe describe = field.getAnnotation(Describe.class);
        return describe == null ? null : describe.value();
    }
}
