package dev.turnpike.usage;

import java.util.Locale;

/// What a report may be told apart by, in the words of OpenAI's administration API. A project is a tenant; batches are
/// none, since every request is answered for itself.
public enum Grouping {
    PROJECT_ID,
    USER_ID,
    API_KEY_ID,
    MODEL,
    BATCH,
    SERVICE_TIER,
    LINE_ITEM;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String of(DailyUse use) {
        return switch (this) {
            case PROJECT_ID -> use.tenant();
            case USER_ID -> use.tag().user();
            case API_KEY_ID -> use.tag().key();
            case MODEL, LINE_ITEM -> use.tag().model();
            case BATCH -> "false";
            case SERVICE_TIER ->
                use.tag().serviceTier().isEmpty() ? "default" : use.tag().serviceTier();
        };
    }
}
