package dev.turnpike.provider;

import dev.turnpike.model.ModelClient;
import java.util.function.Predicate;

/// One provider of models.
///
/// @param name what stands before the slash in the names of its models, where a name must say whose it is
/// @param models the names, without that, of what it serves
/// @param client asks it
public record Provider(String name, Predicate<String> models, ModelClient client) {}
