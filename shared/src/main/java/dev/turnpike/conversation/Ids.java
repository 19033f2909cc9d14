package dev.turnpike.conversation;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes identifiers. An edge, so that tests can know them beforehand.
public interface Ids {
    /// A ULID in lower case: 26 characters of `0-9 a-z` (Crockford's base 32), sorting by the time it was made; never
    /// the same twice.
    String next();

    /// An item's id: `<prefix>_<conversation 26>_<seq 10><random 16>`. It carries its place, so that whoever has it can
    /// find the item and a page of items can start at it, and differs between two attempts at the same place.
    default String item(String prefix, String conversation, long seq) {
        return "%s_%s_%010d%s".formatted(prefix, conversation, seq, next().substring(10));
    }

    /// Where the item of an id lies, if it lies anywhere; empty for what is no item's id.
    static Optional<Place> place(String item) {
        Matcher parts = Place.ITEM.matcher(item);
        return parts.matches()
                ? Optional.of(new Place(parts.group(1), Long.parseLong(parts.group(2))))
                : Optional.empty();
    }

    /// @param seq position in the conversation
    record Place(String conversation, long seq) {
        private static final Pattern ITEM = Pattern.compile("[a-z]{2,5}_([0-9a-z]{26})_([0-9]{10})[0-9a-z]{16}");
    }

    /// The position that an item's id carries; empty when it is no such id. Whether that item is there is another
    /// question.
    static OptionalLong seq(String item) {
        return place(item).map(place -> OptionalLong.of(place.seq())).orElseGet(OptionalLong::empty);
    }

    /// The id that an item has at another place.
    static String moved(String item, long seq) {
        int place = item.length() - 26;
        return "%s%010d%s".formatted(item.substring(0, place), seq, item.substring(place + 10));
    }
}
