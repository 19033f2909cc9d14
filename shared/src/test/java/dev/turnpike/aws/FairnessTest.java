package dev.turnpike.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.StepMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/// How long a tenant waits while another has filled the steps queue.
class FairnessTest {
    private static final int FLOOD = 10_000;
    private static final int OTHERS = 20;
    private static final int WORKERS = 10;
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofSeconds(60);

    private final List<SendMessageRequest> sent = new ArrayList<>();
    private final SqsStepQueue queue = new SqsStepQueue(
            Recording::new,
            Map.of(
                    Lane.PRIORITY,
                    "http://sqs/priority",
                    Lane.NORMAL,
                    "http://sqs/normal",
                    Lane.FLEX,
                    "http://sqs/flex"),
            WireJson.mapper());

    private final class Recording implements SqsClient {
        @Override
        public SendMessageResponse sendMessage(SendMessageRequest request) {
            sent.add(request);
            return SendMessageResponse.builder().messageId("1").build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    /// @param at when it is sent, in milliseconds
    private record Message(String tenant, String group, long at) {}

    @Test
    @DisplayName("Row 49: ten thousand runs of one tenant hardly delay the others, because their messages are grouped")
    void aFloodOfOneTenantHardlyDelaysTheOthers() {
        List<Message> messages = messages();
        assertThat(messages).allSatisfy(message -> assertThat(message.group()).isEqualTo(message.tenant()));

        assertThat(p95ofOthers(messages, group -> group)).isLessThanOrEqualTo(STEP);
    }

    @Test
    void everyLaneHasItsQueue() {
        var run = new RunKey(new ConversationKey("tenant", "a".repeat(26)), "b".repeat(26));
        for (Lane lane : Lane.values()) {
            queue.send(new StepMessage(run, 0), lane, Duration.ZERO);
        }

        assertThat(sent)
                .extracting(SendMessageRequest::queueUrl)
                .containsExactly("http://sqs/priority", "http://sqs/normal", "http://sqs/flex");
    }

    @Test
    void withoutGroupsTheOthersWaitForTheWholeFlood() {
        assertThat(p95ofOthers(messages(), _ -> "all")).isGreaterThan(Duration.ofMinutes(30));
    }

    /// The flood at once, then a run of every other tenant each minute for an hour.
    private List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            messages.add(send("flood", 0));
        }
        for (int minute = 0; minute < 60; minute++) {
            for (int i = 0; i < OTHERS; i++) {
                messages.add(send("tenant-" + i, minute * BETWEEN.toMillis() + i * 1_000L));
            }
        }
        return messages;
    }

    private Message send(String tenant, long at) {
        var run = new RunKey(new ConversationKey(tenant, "a".repeat(26)), "b".repeat(26));
        queue.send(new StepMessage(run, 0), Lane.NORMAL, Duration.ZERO);
        return new Message(tenant, sent.getLast().messageGroupId(), at);
    }

    /// @param grouping what a message's group is made of its own
    private static Duration p95ofOthers(List<Message> messages, UnaryOperator<String> grouping) {
        var fair = new FairQueue();
        List<Long> waits = new ArrayList<>();
        PriorityQueue<Busy> workers = new PriorityQueue<>(Comparator.comparingLong(Busy::until));
        Deque<Message> coming = new ArrayDeque<>(
                messages.stream().sorted(Comparator.comparingLong(Message::at)).toList());
        long now = 0;
        while (!coming.isEmpty() || fair.waiting > 0) {
            while (!workers.isEmpty() && workers.peek().until() <= now) {
                fair.done(workers.remove().group());
            }
            while (!coming.isEmpty() && coming.peek().at() <= now) {
                Message message = coming.remove();
                fair.add(grouping.apply(message.group()), message);
            }
            while (workers.size() < WORKERS && fair.waiting > 0) {
                Message taken = fair.take();
                workers.add(new Busy(now + STEP.toMillis(), grouping.apply(taken.group())));
                if (!taken.tenant().equals("flood")) {
                    waits.add(now - taken.at());
                }
            }
            long next = workers.isEmpty() ? Long.MAX_VALUE : workers.peek().until();
            now = coming.isEmpty() ? next : Math.min(next, coming.peek().at());
        }
        List<Long> sorted = waits.stream().sorted().toList();
        return Duration.ofMillis(sorted.get(sorted.size() * 95 / 100));
    }

    /// A worker and what it works on.
    private record Busy(long until, String group) {}

    /// Gives next what belongs to the group with the fewest messages at work, as a fair queue does: of those the one
    /// that waits longest.
    private static final class FairQueue {
        private final Map<String, Deque<Message>> groups = new HashMap<>();
        private final Map<String, Integer> atWork = new HashMap<>();
        private int waiting;

        void add(String group, Message message) {
            groups.computeIfAbsent(group, _ -> new ArrayDeque<>()).add(message);
            waiting++;
        }

        Message take() {
            Map.Entry<String, Deque<Message>> next = groups.entrySet().stream()
                    .filter(group -> !group.getValue().isEmpty())
                    .min(Comparator.<Map.Entry<String, Deque<Message>>>comparingInt(
                                    group -> atWork.getOrDefault(group.getKey(), 0))
                            .thenComparingLong(
                                    group -> group.getValue().getFirst().at()))
                    .orElseThrow();
            atWork.merge(next.getKey(), 1, Integer::sum);
            waiting--;
            return next.getValue().remove();
        }

        void done(String group) {
            atWork.merge(group, -1, Integer::sum);
        }
    }
}
