package dev.turnpike.run;

import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Item;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that the creating transaction writes.
///
/// @param place where its items go
/// @param input already with ids; may be empty when a conversation is continued
/// @param lease held from the start by a caller that runs step 0 itself; null leaves the run to the queue
/// @param idempotency the caller's `Idempotency-Key`; null for none
/// @param expiresAt when the conversation, if it is new, may be deleted
public record NewRun(
        RunKey key,
        RunRequest request,
        Payer payer,
        Limits limits,
        Place place,
        List<Item> input,
        @Nullable Lease lease,
        @Nullable Idempotency idempotency,
        @Nullable Reply reply,
        Instant createdAt,
        Instant expiresAt) {

    /// @param owner who holds it, for people who read the table
    public record Lease(String owner, Instant until) {}

    /// @param keyHash SHA-256 of the key, in hex
    /// @param requestHash SHA-256 of the request, in hex: another request under the same key is refused
    public record Idempotency(String keyHash, String requestHash) {}

    /// Sequence number after its last input item.
    public long endSeq() {
        return place instanceof Place.Waiting ? Run.NO_PLACE : place.firstSeq() + input.size();
    }

    public sealed interface Place {
        /// Sequence number of the first input item.
        long firstSeq();

        /// The history that the conversation goes on from, if it is a fork.
        @Nullable
        ForkPoint parent();

        /// @param parent the history that it goes on from, if any; nothing is copied
        record NewConversation(@Nullable ForkPoint parent) implements Place {
            @Override
            public long firstSeq() {
                return 0;
            }
        }

        /// At the end of an existing conversation, which must still end there.
        ///
        /// @param parent the conversation's own, so that the run knows it without another read
        record Append(long firstSeq, @Nullable ForkPoint parent) implements Place {}

        /// Behind the run that holds the conversation and those that wait for it already. Its input is kept with it
        /// until its turn comes.
        ///
        /// @param next whether nothing may come between the run that holds the conversation and this one
        record Waiting(boolean next, @Nullable ForkPoint parent) implements Place {
            @Override
            public long firstSeq() {
                return Run.NO_PLACE;
            }
        }
    }
}
