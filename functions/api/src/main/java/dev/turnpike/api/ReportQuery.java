package dev.turnpike.api;

import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.WireText;
import dev.turnpike.usage.Grouping;
import dev.turnpike.usage.UsageFilter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// What report is asked for, in the parameters of OpenAI's administration API. Days are whole, by UTC's clock.
///
/// @param first the day that the page begins with
/// @param end the first day after everything that is asked for
/// @param days at most so many on this page
record ReportQuery(LocalDate first, LocalDate end, int days, UsageFilter filter, Set<Grouping> groupings) {
    private static final int USUAL_DAYS = 7;
    private static final String PAGE = "page_";

    /// @param mostDays of a page
    /// @param allowed what may be told apart
    /// @throws ApiException a parameter is not a good one
    static ReportQuery read(HttpRequest request, int mostDays, Set<Grouping> allowed, Instant now) {
        String width = request.query().getOrDefault("bucket_width", "1d");
        if (!width.equals("1d")) {
            throw ApiException.invalid(
                    "invalid_value",
                    "bucket_width",
                    "Invalid value: '" + WireText.shown(width) + "'. Use is counted by day: the only value is '1d'.");
        }
        if (!request.query().containsKey("start_time")) {
            throw ApiException.missing("start_time");
        }
        LocalDate start = day(request, "start_time");
        LocalDate end = request.query().containsKey("end_time")
                ? endDay(request)
                : LocalDate.ofInstant(now, ZoneOffset.UTC).plusDays(1);
        if (!start.isBefore(end)) {
            throw ApiException.invalid("invalid_value", "end_time", "Invalid 'end_time': it must be after start_time.");
        }
        var filter = new UsageFilter(
                texts(request, "project_ids"),
                texts(request, "user_ids"),
                texts(request, "api_key_ids"),
                texts(request, "models"));
        int days = request.query().containsKey("limit") ? PageQuery.limit(request, mostDays) : USUAL_DAYS;
        return new ReportQuery(page(request, start, end), end, days, filter, groupings(request, allowed));
    }

    /// The first day of the next page; not before [#end] on the last.
    LocalDate next() {
        LocalDate next = first.plusDays(days);
        return next.isBefore(end) ? next : end;
    }

    String nextPage() {
        return PAGE + seconds(next());
    }

    static long seconds(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    }

    private static LocalDate page(HttpRequest request, LocalDate start, LocalDate end) {
        String page = request.query().get("page");
        if (page == null) {
            return start;
        }
        if (page.matches(PAGE + "[0-9]{1,11}")) {
            LocalDate day = day(Long.parseLong(page, PAGE.length(), page.length(), 10), "page");
            if (!day.isBefore(start) && day.isBefore(end)) {
                return day;
            }
        }
        throw ApiException.invalid("invalid_value", "page", "Invalid 'page': expected a next_page of this report.");
    }

    private static LocalDate day(HttpRequest request, String name) {
        return day(number(request, name), name);
    }

    private static LocalDate endDay(HttpRequest request) {
        // Exclusive, and the last day is told of as a whole.
        return day(number(request, "end_time") - 1, "end_time").plusDays(1);
    }

    private static long number(HttpRequest request, String name) {
        String text = request.query().getOrDefault(name, "");
        if (!text.matches("[0-9]{1,11}")) {
            throw ApiException.wrongType(name, "an integer", "a string");
        }
        return Long.parseLong(text);
    }

    private static LocalDate day(long seconds, String name) {
        try {
            LocalDate day = LocalDate.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
            if (day.getYear() < 10_000) {
                return day;
            }
        } catch (DateTimeException _) {
            // As below.
        }
        throw ApiException.invalid("invalid_value", name, "Invalid '" + name + "': expected seconds since 1970.");
    }

    /// `a,b` as well as several parameters, with brackets behind their name or without.
    private static Set<String> texts(HttpRequest request, String name) {
        String text = request.query().getOrDefault(name + "[]", request.query().get(name));
        return text == null || text.isEmpty()
                ? Set.of()
                : Arrays.stream(text.split("[,\n]", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Grouping> groupings(HttpRequest request, Set<Grouping> allowed) {
        Set<Grouping> groupings = EnumSet.noneOf(Grouping.class);
        for (String name : texts(request, "group_by")) {
            groupings.add(allowed.stream()
                    .filter(each -> each.wireName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> Fields.notAllowed(
                            "group_by",
                            name,
                            allowed.stream().map(Grouping::wireName).toList())));
        }
        return groupings;
    }
}
