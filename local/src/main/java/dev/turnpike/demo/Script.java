package dev.turnpike.demo;

import dev.turnpike.demo.ChatRequest.OfferedTool;
import dev.turnpike.demo.Reply.Call;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/// Decides what the demo model answers. It looks at nothing but the request, so the same request gets the same answer.
final class Script {
    private static final Pattern OWN_NAME =
            Pattern.compile("\\b(?:my name is|i am called|call me) (\\p{L}[\\p{L}'-]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern ASKS_NAME = Pattern.compile("what(?: is|'s) my name|who am i");
    private static final Pattern ASKS_EARLIER = Pattern.compile("what did i (?:just )?(?:say|tell|ask)");
    private static final Pattern GREETING = Pattern.compile("^\\W*(?:hi|hello|hey|good (?:morning|evening))\\b.*");
    private static final String[] FILLER = """
        the toll gate lifts and another word rolls through on its way to you while the road behind it stays clear
        """.strip().split(" ");

    private Script() {}

    static Reply reply(ChatRequest request) {
        Optional<Reply> calls = calls(request);
        if (calls.isPresent()) {
            return calls.get();
        }
        String text = text(request);
        return new Reply.Text(request.schema()
                .map(schema -> schema.isEmpty()
                        ? JsonNodeFactory.instance
                                .objectNode()
                                .put("answer", text)
                                .toString()
                        : SampleValue.of(schema, request.question()).toString())
                .orElse(text));
    }

    private static Optional<Reply> calls(ChatRequest request) {
        String choice = request.rules().choice();
        if (choice.equals("none") || request.tools().isEmpty()) {
            return Optional.empty();
        }
        ToolWish wish = new ToolWish(request);
        if (Directive.in(request.question()).orElse(null) instanceof Directive.Plan(var turns)) {
            int turn = Math.toIntExact(request.toolTurns());
            return turn < turns.size() ? Optional.of(new Reply.Calls(turns.get(turn))) : Optional.empty();
        }
        if (Directive.in(request.question()).orElse(null) instanceof Directive.ToolTurns(int turns, var tools)) {
            int turn = Math.toIntExact(request.toolTurns());
            return request.tool(tools.get(turn % tools.size()))
                    .filter(_ -> turn < turns)
                    .map(tool -> new Reply.Calls(
                            List.of(tool.name().equals("calculate") ? calculation(turn) : wish.call(tool))));
        }
        if (choice.equals("auto")) {
            List<Call> calls = request.results().isEmpty() ? wish.calls() : List.of();
            return calls.isEmpty() ? Optional.empty() : Optional.of(new Reply.Calls(calls));
        }
        OfferedTool must = request.tool(choice).orElse(request.tools().getFirst());
        List<Call> calls = choice.equals("required") ? wish.calls() : List.of();
        return Optional.of(new Reply.Calls(calls.isEmpty() ? List.of(wish.call(must)) : calls));
    }

    /// Each turn asks something else, so that nobody takes them for a model that goes in circles.
    private static Call calculation(int turn) {
        return new Call(
                "calculate",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("expression", (turn + 1) + " + 1")
                        .toString());
    }

    private static String text(ChatRequest request) {
        if (Directive.in(request.question()).orElse(null) instanceof Directive.Words(int count)) {
            return IntStream.range(0, count)
                    .mapToObj(i -> FILLER[i % FILLER.length])
                    .collect(Collectors.joining(" "));
        }
        List<String> results = request.results();
        if (!results.isEmpty()) {
            return "Here is what I found: " + String.join("; ", results);
        }
        return conversation(request);
    }

    private static String conversation(ChatRequest request) {
        String question = request.question();
        String lower = question.toLowerCase(Locale.ROOT);
        if (lower.contains("write a summary")) {
            return summary(request);
        }
        if (ASKS_NAME.matcher(lower).find()) {
            return name(request)
                    .map(name -> "Your name is %s. You told me earlier in this conversation.".formatted(name))
                    .orElse("You have not told me your name yet. Say \"My name is ...\" and ask me again.");
        }
        if (ASKS_EARLIER.matcher(lower).find()) {
            return request.earlierQuestions().isEmpty()
                    ? "This is the first thing that you said to me."
                    : "You said: \"%s\""
                            .formatted(request.earlierQuestions().getLast().text());
        }
        Optional<String> name = OWN_NAME.matcher(question)
                .results()
                .map(found -> found.group(1))
                .findFirst();
        if (name.isPresent()) {
            return "Nice to meet you, %s! Ask me for your name later in this conversation and I will know it."
                    .formatted(name.get());
        }
        return GREETING.matcher(lower).matches() ? greeting() : echo(request);
    }

    private static String summary(ChatRequest request) {
        return "The user said: "
                + request.earlierQuestions().stream()
                        .map(message -> "\"" + head(message.text()) + "\"")
                        .collect(Collectors.joining(", then "));
    }

    /// The one that was told last.
    private static Optional<String> name(ChatRequest request) {
        return request.earlierQuestions().stream()
                .flatMap(message -> OWN_NAME.matcher(message.text()).results())
                .map((MatchResult found) -> found.group(1))
                .reduce((_, later) -> later);
    }

    private static String greeting() {
        return "Hello! I am the demo model: my answers are scripted, everything around me is real. "
                + "Ask me what time it is in Berlin, what 12 * 34 is, or tell me your name and ask for it later. "
                + "Set OPENAI_API_KEY to talk to a real model.";
    }

    private static String echo(ChatRequest request) {
        int images =
                request.messages().isEmpty() ? 0 : request.messages().getLast().images();
        String seen = images == 0 ? "" : " I see %d image%s.".formatted(images, images == 1 ? "" : "s");
        return "You said: \"%s\".%s I am the demo model, so my answers are scripted. "
                        .formatted(head(request.question()), seen)
                + "Try \"What time is it in Tokyo?\" or \"What is 12 * 34?\" to see a tool run on the server.";
    }

    private static String head(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, line.offsetByCodePoints(0, 199)) + "…";
    }
}
