package dev.turnpike.aws;

import dev.turnpike.conversation.ConversationKey;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Sort keys of a workspace's rows; [TableKeys] tells which there are.
final class WorkspaceKeys {
    /// Of the first row; begins all others.
    static final String HEAD = "W";

    static final String LISTS = "W#L#";

    /// As its key has room for.
    static final long LAST_REVISION = 9_999_999_999L;

    static final String REVISIONS = "W#R#";
    static final String CONTENTS = "W#C#";
    static final String CONTENT_PARTS = "W#CP#";
    static final String CAUSES = "W#K#";

    private WorkspaceKeys() {}

    static Map<String, AttributeValue> head(ConversationKey key) {
        return TableKeys.key(TableKeys.conversation(key), HEAD);
    }

    static String list(long revision, int part) {
        return "%s%010d#%02d".formatted(LISTS, revision, part);
    }

    static String revision(long revision) {
        return "%s%010d".formatted(REVISIONS, revision);
    }

    static long revision(String sk) {
        return Long.parseLong(sk.substring(REVISIONS.length()));
    }

    static String revisionPart(long revision, int part) {
        return "W#RP#%010d#%02d".formatted(revision, part);
    }

    static String cause(String origin) {
        return CAUSES + origin;
    }

    static String content(String hash, String origin) {
        return "%s%s#%s".formatted(CONTENTS, hash, origin);
    }

    static String contentPart(String hash, String origin, int part) {
        return "%s%s#%s#%02d".formatted(CONTENT_PARTS, hash, origin, part);
    }
}
