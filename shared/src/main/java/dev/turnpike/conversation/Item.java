package dev.turnpike.conversation;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One immutable entry of a conversation.
///
/// Ids are those of the wire (`msg_…`, `fc_…`, `mcp_…`, `fco_…`, `rs_…`, `mcpr_…`, `mcprr_…`, `cmp_…`) and unique
/// within the
/// conversation.
public sealed interface Item {
    String id();

    /// Of its content, about; what it takes in memory grows with them.
    default long characters() {
        return switch (this) {
            case Message message -> characters(message.parts());
            case ToolCall call -> call.name().length() + call.arguments().length();
            case ToolResult result -> result.output().length() + characters(result.parts());
            case Reasoning reasoning -> reasoning.text().length();
            case Draft draft -> draft.text().length() + draft.mistakes().length();
            case ApprovalRequest request ->
                request.name().length() + request.arguments().length();
            case Approval approval ->
                approval.name().length() + approval.arguments().length();
            case Compaction compaction ->
                compaction.summary().length() + compaction.latestRequest().length();
        };
    }

    private static long characters(List<Part> parts) {
        return parts.stream()
                .mapToLong(part -> switch (part) {
                    case Part.Text(String text) -> text.length();
                    case Part.Refusal(String text) -> text.length();
                    case Part.Image(String url, var _) -> url.length();
                    case Part.Video(String url) -> url.length();
                    case Part.File(String name, String data) -> name.length() + data.length();
                })
                .sum();
    }

    private static String text(List<Part> parts) {
        var text = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text(String piece)) {
                text.append(piece);
            }
        }
        return text.toString();
    }

    /// The pieces that it is made of; none where it is no message and no result in parts.
    default List<Part> parts() {
        return List.of();
    }

    /// The same item, of other pieces.
    default Item withParts(UnaryOperator<Part> changed) {
        return switch (this) {
            case Message(String id, Role role, List<Part> parts, boolean incomplete, var name) ->
                new Message(id, role, parts.stream().map(changed).toList(), incomplete, name);
            case ToolResult(String id, String callId, String output, List<Part> parts, var outcome, var executor) ->
                new ToolResult(id, callId, output, parts.stream().map(changed).toList(), outcome, executor);
            case ToolCall _, Reasoning _, Draft _, ApprovalRequest _, Approval _, Compaction _ -> this;
        };
    }

    /// The same item under another id.
    Item withId(String id);

    /// What its ids begin with on the wire.
    default String idPrefix() {
        return switch (this) {
            case Message _, Draft _ -> "msg";
            case ToolCall call -> call.executor() == Executor.SERVER ? "mcp" : "fc";
            case ToolResult _ -> "fco";
            case Reasoning _ -> "rs";
            case ApprovalRequest _ -> "mcpr";
            case Approval _ -> "mcprr";
            case Compaction _ -> "cmp";
        };
    }

    /// Who speaks in a message.
    enum Role {
        USER,
        ASSISTANT,
        SYSTEM,
        DEVELOPER
    }

    /// Who runs a tool call: the caller of the API, or one of our own tools.
    enum Executor {
        CLIENT,
        SERVER
    }

    /// How a tool call ended.
    enum Outcome {
        DONE,
        FAILED,
        /// Its arguments are not what the tool takes: it was not started.
        INVALID,
        /// A tool that must not run twice was started and its end was lost.
        UNKNOWN
    }

    /// @param incomplete the text was cut (output limit, content filter, failure); such a message is the last of its
    /// run
    /// @param name tells participants of the same role apart; null for none
    record Message(
            String id,
            Role role,
            List<Part> parts,
            boolean incomplete,
            @Nullable String name) implements Item {
        public Message {
            parts = List.copyOf(parts);
        }

        public Message(String id, Role role, List<Part> parts, boolean incomplete) {
            this(id, role, parts, incomplete, null);
        }

        public static Message text(String id, Role role, String text) {
            return new Message(id, role, List.of(new Part.Text(text)), false);
        }

        @Override
        public Message withId(String id) {
            return new Message(id, role, parts, incomplete, name);
        }

        /// The text parts, joined.
        public String text() {
            return Item.text(parts);
        }
    }

    /// @param callId joins the call with its result; the model's or, where it gave none, ours
    /// @param arguments JSON text exactly as the model wrote it; it may be invalid
    record ToolCall(String id, String callId, String name, String arguments, Executor executor) implements Item {
        @Override
        public ToolCall withId(String id) {
            return new ToolCall(id, callId, name, arguments, executor);
        }
    }

    /// @param output what the model is told; an error text when `outcome` is not DONE
    /// @param parts as the caller gave the output, `output` being their text; empty where it is nothing but text
    /// @param executor of the call that it answers
    record ToolResult(String id, String callId, String output, List<Part> parts, Outcome outcome, Executor executor)
            implements Item {
        public ToolResult {
            parts = List.copyOf(parts);
        }

        public ToolResult(String id, String callId, String output, Outcome outcome, Executor executor) {
            this(id, callId, output, List.of(), outcome, executor);
        }

        /// What the caller answers a call of its own tools with, in parts.
        public static ToolResult ofClient(String id, String callId, List<Part> parts) {
            return new ToolResult(id, callId, text(parts), parts, Outcome.DONE, Executor.CLIENT);
        }

        /// What the caller answers a call of its own tools with.
        public static ToolResult ofClient(String id, String callId, String output) {
            return new ToolResult(id, callId, output, Outcome.DONE, Executor.CLIENT);
        }

        @Override
        public ToolResult withId(String id) {
            return new ToolResult(id, callId, output, parts, outcome, executor);
        }
    }

    /// The model's visible reasoning. Never sent back to a model as somebody's turn.
    record Reasoning(String id, String text) implements Item {
        @Override
        public Reasoning withId(String id) {
            return new Reasoning(id, text);
        }
    }

    /// An answer that is not as it was asked for. The model is shown it once more in the run that it belongs to, with
    /// what is wrong; nobody else ever is. It has the id that the message would have had.
    ///
    /// @param mistakes what is wrong, in words for the model; empty where more of the answer follows
    record Draft(String id, String text, String mistakes) implements Item {
        @Override
        public Draft withId(String id) {
            return new Draft(id, text, mistakes);
        }
    }

    /// A call of one of our tools that a person must allow first. No model is shown it: once it is answered, a call
    /// with its result follows.
    ///
    /// @param arguments JSON text exactly as the model wrote it
    /// @param boundTo what else the person looks at, as the tool calls it, or empty; while it is the same, an
    ///     approval holds
    record ApprovalRequest(String id, String name, String arguments, String boundTo) implements Item {
        @Override
        public ApprovalRequest withId(String id) {
            return new ApprovalRequest(id, name, arguments, boundTo);
        }
    }

    /// What a person said to such a request.
    ///
    /// @param requestId the request's id; also the id of the call that it leads to
    /// @param name as the request has it, and so `arguments` and `boundTo`: what was asked is what runs
    record Approval(
            String id,
            String requestId,
            boolean approved,
            @Nullable String reason,
            String name,
            String arguments,
            String boundTo)
            implements Item {
        @Override
        public Approval withId(String id) {
            return new Approval(id, requestId, approved, reason, name, arguments, boundTo);
        }

        /// The call that the conversation now owes a result, without a place in it.
        public ToolCall call() {
            return new ToolCall("", requestId, name, arguments, Executor.SERVER);
        }
    }

    /// Stands, for every model from then on, for what came before it.
    ///
    /// @param summary in a model's words
    /// @param latestRequest what the caller had last said by then, word for word; empty for nothing
    /// @param kept how many items right before it are still shown as they are
    record Compaction(String id, String summary, String latestRequest, int kept) implements Item {
        @Override
        public Compaction withId(String id) {
            return new Compaction(id, summary, latestRequest, kept);
        }
    }

    /// One piece of a message.
    sealed interface Part {
        /// What a data URL begins with.
        String DATA = "data:";

        record Text(String text) implements Part {}

        record Refusal(String text) implements Part {}

        /// @param url an https or data URL
        /// @param detail `low`, `high`, `auto`; null leaves it to the provider
        record Image(String url, @Nullable String detail) implements Part {}

        /// @param url an https or data URL
        record Video(String url) implements Part {}

        /// A PDF, or a file of text.
        ///
        /// @param name as the caller calls it
        /// @param data its bytes as the caller sent them: in base64, or as a data URL
        record File(String name, String data) implements Part {
            /// What `%PDF-` begins with in base64.
            private static final String PDF = "JVBERi";

            /// Its bytes in base64.
            public String base64() {
                return data.substring(beginning());
            }

            public boolean isPdf() {
                return data.startsWith(PDF, beginning());
            }

            private int beginning() {
                return data.startsWith(DATA) ? data.indexOf(',') + 1 : 0;
            }

            /// What is written in a file of text.
            public String text() {
                return new String(Base64.getDecoder().decode(base64()), StandardCharsets.UTF_8);
            }
        }

        /// Whether it is an image or a video that lies elsewhere, under an https URL.
        default boolean isLinked() {
            return switch (this) {
                case Image image -> !image.url().startsWith(DATA);
                case Video video -> !video.url().startsWith(DATA);
                case Text _, Refusal _, File _ -> false;
            };
        }

        /// The same image or video, found elsewhere.
        default Part at(String url) {
            return switch (this) {
                case Image image -> new Image(url, image.detail());
                case Video _ -> new Video(url);
                case Text _, Refusal _, File _ -> this;
            };
        }

        /// Whether it is something else than text, which not every place of a model's request can hold.
        default boolean isAttachment() {
            return this instanceof Image || this instanceof Video || this instanceof File;
        }
    }
}
