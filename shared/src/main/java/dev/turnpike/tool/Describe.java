package dev.turnpike.tool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Tells the model what an argument means; on a component of an arguments record.
@Documented
@Retention(RetentionPolicy.RUNTIME)
// FIELD, because the compiler hands a component's annotations to its field and the schema is read from there.
@Target(ElementType.FIELD)
public @interface Describe {
    String value();
}
