package dev.turnpike.api;

import static java.util.stream.Collectors.toCollection;

import dev.turnpike.Repository;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The routes that the router knows, read from its source, so that a test of all of them can't forget a new one.
final class RouteList {
    private static final Pattern CASE = Pattern.compile("case \"((?:GET|POST|PUT|PATCH|DELETE) /[^\"]*)\" ->");
    private static final String ROUTER = "functions/api/src/main/java/dev/turnpike/api/Routes.java";

    private RouteList() {}

    /// Each as `METHOD /path/{id}`.
    static Set<String> all() {
        return CASE.matcher(Repository.read(Repository.path(ROUTER)))
                .results()
                .map(found -> found.group(1))
                .collect(toCollection(TreeSet::new));
    }
}
