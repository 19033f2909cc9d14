package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.ItemPages;
import dev.turnpike.conversation.ItemPages.Asked;
import dev.turnpike.conversation.ItemPages.Page;
import dev.turnpike.conversation.ItemPages.Shown;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.responses.ConversationWriter;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// `GET /v1/responses/{id}/input_items`: what the response itself was asked, without what came before it.
final class StoredInput {
    private final ApiParts parts;
    private final StoredResponses responses;
    private final ItemPages pages;

    StoredInput(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
        this.pages = new ItemPages(parts.conversations());
    }

    void serve(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        Asked asked = PageQuery.items(request);
        Run run = responses.find(caller, id);
        Page page = run.placeless()
                ? page(parts.runs().waitingInput(run), asked)
                : pages.page(run.key().conversation(), run.firstSeq(), run.inputEnd(), asked);
        reply.json(200, json -> ConversationWriter.items(json, page, null));
    }

    /// Of a run that has no place yet: its few items are in its own hands, numbered as their ids are.
    private static Page page(List<Item> input, Asked asked) {
        List<StoredItem> numbered = new ArrayList<>();
        for (Item item : input) {
            numbered.add(new StoredItem(numbered.size(), null, 0, java.time.Instant.EPOCH, item));
        }
        List<Shown> shown = ItemPages.shown(numbered);
        Long after = asked.after();
        List<Shown> rest = (asked.newestFirst() ? shown.reversed() : shown)
                .stream()
                        .filter(each -> after == null
                                || (asked.newestFirst()
                                        ? each.stored().seq() < after
                                        : each.stored().seq() > after))
                        .toList();
        boolean more = rest.size() > asked.limit();
        return new Page(more ? rest.subList(0, asked.limit()) : rest, more);
    }
}
