package dev.turnpike.worker;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.WorkerParts;
import java.util.List;

/// Answers what came by the requests queue.
final class Replies {
    private final WorkerParts parts;

    Replies(WorkerParts parts) {
        this.parts = parts;
    }

    /// Sends a run's answer, if somebody waits for it in a queue and it is not known to be sent.
    ///
    /// @param run that has ended
    void send(Run run) {
        Reply reply = run.reply();
        if (reply == null || reply.sent()) {
            return;
        }
        List<Item> output = parts.conversations().range(run.key().conversation(), run.inputEnd(), run.endSeq()).stream()
                .map(StoredItem::item)
                .toList();
        parts.results()
                .send(parts.messages().answer(run, reply, output), run.key().tenant());
        parts.runs().replySent(run.key());
    }
}
