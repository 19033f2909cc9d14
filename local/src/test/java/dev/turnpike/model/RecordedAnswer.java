package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

/// The bytes of an answer as OpenAI streams it: a word in each event, every event about as long as theirs.
final class RecordedAnswer {
    /// A long answer, yet one that a reader with work for all of its text at every event still gets through.
    static final int EVENTS = 2_000;

    private static final String[] WORDS = """
        The ferry left the harbour at six and nobody on the pier had noticed that its lights were still burning
        """.strip().split(" ");
    private static final String EVENT = """
        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,\
        "model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_44709d6fcb",\
        "choices":[{"index":0,"delta":%s,"finish_reason":%s}]}

        """;
    private static final String END = """
        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,\
        "model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_44709d6fcb",\
        "choices":[],"usage":{"prompt_tokens":19,"completion_tokens":1997,"total_tokens":2016}}

        data: [DONE]

        """;

    private RecordedAnswer() {}

    /// All of it; the first event brings the role, the last two the reason to finish and the usage.
    static byte[] bytes() {
        var stream = new StringBuilder(EVENT.formatted("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        for (int i = 0; i < EVENTS - 3; i++) {
            stream.append(EVENT.formatted("{\"content\":\"" + word(i) + "\"}", "null"));
        }
        return stream.append(EVENT.formatted("{}", "\"stop\""))
                .append(END)
                .toString()
                .getBytes(UTF_8);
    }

    static String text() {
        var text = new StringBuilder();
        for (int i = 0; i < EVENTS - 3; i++) {
            text.append(word(i));
        }
        return text.toString();
    }

    private static String word(int number) {
        return " " + WORDS[number % WORDS.length];
    }
}
