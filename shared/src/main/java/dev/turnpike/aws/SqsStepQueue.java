package dev.turnpike.aws;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StepQueue;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The steps queues, one for each lane. Their message group is the tenant: a standard queue then serves tenants fairly,
/// in no order.
public final class SqsStepQueue implements StepQueue {
    private static final int VERSION = 1;
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    private static final Duration LONGEST_INVISIBILITY = Duration.ofHours(12);

    private final Supplier<SqsClient> sqs;
    private final Map<Lane, String> queueUrls;
    private final JsonMapper mapper;

    /// @param sqs asked when it is first needed: most requests send nothing
    /// @param queueUrls of every lane
    public SqsStepQueue(Supplier<SqsClient> sqs, Map<Lane, String> queueUrls, JsonMapper mapper) {
        this.sqs = sqs;
        this.queueUrls = Map.copyOf(queueUrls);
        this.mapper = mapper;
    }

    @Override
    public void send(StepMessage message, Lane lane, Duration delay) {
        Duration bounded = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
        try {
            sqs.get()
                    .sendMessage(request -> request.queueUrl(url(lane))
                            .messageBody(write(message))
                            .delaySeconds((int) bounded.toSeconds())
                            .messageGroupId(message.run().tenant()));
        } catch (SdkException failure) {
            throw new StoreUnavailableException("the steps queue did not take a message", failure);
        }
    }

    /// Hides a received message for a while, so that it comes again when it can be served.
    ///
    /// @param queueArn of the queue that it came from
    public void postpone(String queueArn, String receiptHandle, Duration wait) {
        int seconds = (int) Math.clamp(wait.toSeconds(), 0, LONGEST_INVISIBILITY.toSeconds());
        try {
            sqs.get()
                    .changeMessageVisibility(request -> request.queueUrl(url(queueArn))
                            .receiptHandle(receiptHandle)
                            .visibilityTimeout(seconds));
        } catch (SdkException failure) {
            throw new StoreUnavailableException("the steps queue did not postpone a message", failure);
        }
    }

    /// Asks the queue for nothing but an answer.
    public void probe() {
        try {
            sqs.get().getQueueAttributes(request -> request.queueUrl(url(Lane.NORMAL)));
        } catch (SdkException failure) {
            throw new StoreUnavailableException("the steps queue does not answer", failure);
        }
    }

    private String url(Lane lane) {
        return Objects.requireNonNull(queueUrls.get(lane), () -> "no queue for the lane " + lane);
    }

    /// An ARN and a URL of one queue end with its name.
    private String url(String queueArn) {
        String name = queueArn.substring(queueArn.lastIndexOf(':') + 1);
        return queueUrls.values().stream()
                .filter(url -> url.endsWith("/" + name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no steps queue is called " + name));
    }

    private String write(StepMessage message) {
        var json = mapper.createObjectNode();
        json.put("v", VERSION);
        json.put("tenant", message.run().tenant());
        json.put("conversation", message.run().conversation().id());
        json.put("run", message.run().run());
        json.put("step", message.step());
        return mapper.writeValueAsString(json);
    }

    /// @return empty for whatever is not a message of this version
    public static Optional<StepMessage> read(String body, JsonMapper mapper) {
        try {
            JsonNode json = mapper.readTree(body);
            boolean whole = json.path("v").asInt(0) == VERSION
                    && json.path("tenant").isString()
                    && json.path("conversation").isString()
                    && json.path("run").isString()
                    && json.path("step").isInt();
            if (!whole) {
                return Optional.empty();
            }
            var conversation = new ConversationKey(
                    json.path("tenant").asString(), json.path("conversation").asString());
            var run = new RunKey(conversation, json.path("run").asString());
            return Optional.of(new StepMessage(run, json.path("step").asInt()));
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }
}
