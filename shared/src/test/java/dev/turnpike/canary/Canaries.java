package dev.turnpike.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

/// Texts that no caller and no log may ever be shown: the keys that the tests use, and what the fakes of providers say
/// when they fail. Each is made so that nobody writes it by chance.
///
/// Whoever fakes a provider or keeps a secret in a test takes one of these, and what the product answers and logs is
/// searched for them: by [CanaryWatch] on the standard streams, by the benches in their answers.
public final class Canaries {
    /// Characters in a row that give a provider's text away.
    static final int RUN = 20;

    public static final String PROVIDER_KEY = "sk-canary-q7Zt2mVxLw94KdPn8RjYbH3s";
    public static final String ADMIN_KEY = "admin-canary-c5Wf8uGyTe61XoMk2QhVzN7r";
    public static final String PROVIDER_TEXT =
            "Upstream canary Jd83kWqPz vexes torpid gnomes; org-n4XbTg76 quota fjord waltz 0x9eK2 blew up";
    public static final String PROVIDER_HEADER = "req-canary-Hs5vLp0cAe72ZmRw9UyJtB4d";
    /// What the demo model says when it is told to fail.
    static final String DEMO_TEXT = "You asked the demo model to fail.";

    private static final List<String> RUNS =
            List.of(PROVIDER_KEY, ADMIN_KEY, PROVIDER_TEXT, PROVIDER_HEADER, DEMO_TEXT).stream()
                    .flatMap(text -> IntStream.rangeClosed(0, text.length() - RUN)
                            .mapToObj(from -> text.substring(from, from + RUN)))
                    .toList();

    private Canaries() {}

    /// What of them a text shows, each run of 20 characters by itself; nothing in a text that is clean.
    public static List<String> in(String text) {
        return RUNS.stream().filter(text::contains).toList();
    }

    /// @param where said when it is not
    public static void assertClean(String where, String text) {
        assertThat(in(text)).as("secrets or provider text in " + where).isEmpty();
    }
}
