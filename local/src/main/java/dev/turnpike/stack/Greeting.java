package dev.turnpike.stack;

/// What a person reads when the stack runs: where it is, the key, and three commands to paste.
final class Greeting {
    private static final String TEXT = """
        Turnpike is running. Ctrl-C stops it; data is kept in {kept}.

          base URL  {url}
          API key   {apiKey}

        {provider}
        {sandbox}
        Stream an answer:

          {curl}/responses {key} \\
            -d '{"model": "{model}", "stream": true, "input": "Hello! What can you do?"}'

        Let a tool run on the server:

          {curl}/responses {key} \\
            -d '{"model": "{model}", "stream": true, "input": "What time is it in Tokyo?"}'

        Run in the background, and look at it:

          id=$({curl}/responses {key} \\
            -d '{"model": "{model}", "background": true, "input": "What is 12 * 34?"}' | grep -o 'resp_[a-z0-9]*' | head -1)
          sleep 2; {curl}/responses/$id {key}

        Check what is stored:

          mvn -q -Pcheck -Dargs="--table {table} --tenant demo --endpoint {dynamo}"

        """;

    private static final String DEMO = """
        The model is a built-in demo with scripted answers. For a real one stop this, set OPENAI_API_KEY (for another
        provider OPENAI_BASE_URL and MODEL too), and start again.
        """;

    private Greeting() {}

    static String of(Stack stack, StackOptions options) {
        String url = stack.url() + "/v1";
        return TEXT.replace("{kept}", options.directory().map(Object::toString).orElse("memory only"))
                .replace("{url}", url)
                .replace("{apiKey}", stack.apiKey())
                .replace("{provider}\n", stack.demoModel().isPresent() ? DEMO + "\n" : "")
                .replace(
                        "{sandbox}\n",
                        stack.sandbox().map(started -> started.plainly() + "\n").orElse(""))
                .replace("{table}", stack.table())
                .replace("{dynamo}", stack.cloud().dynamo().toString())
                .replace("{curl}", "curl -sN " + url)
                .replace("{key}", "-H 'Authorization: Bearer " + stack.apiKey() + "'")
                .replace("{model}", options.environment().getOrDefault("MODEL", "gpt-4o-mini"));
    }
}
