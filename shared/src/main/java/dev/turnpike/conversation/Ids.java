package dev.turnpike.conversation;

/// Makes identifiers. An edge, so that tests can know them beforehand.
public interface Ids {
    /// A ULID in lower case: 26 characters of `0-9 a-z` (Crockford's base 32), sorting by the time it was made; never
    /// the same twice.
    String next();

    /// An item's id: `<prefix>_<seq 10><random 16>`. It carries its place, so that a page of items can start at it,
    /// and differs between two attempts at the same place.
    default String item(String prefix, long seq) {
        return "%s_%010d%s".formatted(prefix, seq, next().substring(10));
    }

    /// The id that an item has at another place.
    static String moved(String item, long seq) {
        int place = item.length() - 26;
        return "%s%010d%s".formatted(item.substring(0, place), seq, item.substring(place + 10));
    }
}
