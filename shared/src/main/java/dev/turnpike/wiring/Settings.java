package dev.turnpike.wiring;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Cap.Unit;
import dev.turnpike.access.NamePatterns;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.egress.Cidr;
import dev.turnpike.egress.EgressSettings;
import dev.turnpike.ledger.PriceOverrides;
import dev.turnpike.model.Dialect;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.schema.AnswerFormat.Enforcement;
import dev.turnpike.workspace.WorkspaceLimits;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a deployment decides, read once when a function starts. A variable that is missing or malformed stops
/// the start with a [SettingsException] that names it.
public record Settings(
        Deployment deployment,
        Resources resources,
        Provider provider,
        UpstreamSettings upstream,
        ToolSettings tools,
        Media media,
        Limits limits,
        AwsSettings aws) {

    private static final Pattern ENVIRONMENT = Pattern.compile("[a-z][a-z0-9]{0,15}");
    private static final Pattern ENFORCEMENT = Pattern.compile("never|strict|always");
    private static final Pattern MEDIA_URLS = Pattern.compile("pass|fetch|refuse");
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern PRIVATE_NAME = Pattern.compile(".+\\.(localhost|local|internal)");

    /// How this deployment behaves towards everybody.
    ///
    /// @param environment its name, which API keys carry: `tp_<environment>_...`
    /// @param queueTenant the tenant of what arrives on the requests queue
    /// @param corsOrigins web origins whose scripts may read answers
    /// @param passParameters what requests may hand on to the provider although nothing here knows it
    public record Deployment(
            String environment, String queueTenant, NamePatterns corsOrigins, NamePatterns passParameters) {}

    /// What the template created.
    ///
    /// @param providerSecretArn the provider's key, as plain text or as `{"api_key": ...}`
    /// @param adminSecretArn given to the api function only
    /// @param sandboxFunction absent: no commands run
    public record Resources(
            String tableName,
            Map<Lane, String> stepsQueueUrls,
            String resultsQueueUrl,
            String providerSecretArn,
            Optional<String> adminSecretArn,
            Optional<String> sandboxFunction) {

        /// @throws SettingsException if this function was not given the admin key
        public String requireAdminSecretArn() {
            return adminSecretArn.orElseThrow(() -> Environment.missing(Variable.ADMIN_SECRET_ARN));
        }
    }

    /// Where models are and how they are asked.
    ///
    /// @param baseUrl without a slash at its end; https, or http to a loopback or private host
    /// @param priceProvider absent: told by the base URL
    /// @param prices taken before those of any provider
    /// @param models what a request may name; the two defaults are always allowed
    /// @param pdfModels those that can be sent PDFs
    /// @param videoModels those that can be sent videos
    /// @param enforcement what JSON forms of answers the provider makes sure of
    /// @param temperature absent: the provider's own
    public record Provider(
            URI baseUrl,
            Optional<String> priceProvider,
            PriceOverrides prices,
            String model,
            String visionModel,
            NamePatterns models,
            NamePatterns pdfModels,
            NamePatterns videoModels,
            Enforcement enforcement,
            OptionalDouble temperature) {

        /// Names without a pattern, the defaults first.
        List<String> named() {
            return Stream.concat(Stream.of(model, visionModel), models.plain().stream())
                    .distinct()
                    .toList();
        }

        public boolean allows(String name) {
            return name.equals(model) || name.equals(visionModel) || models.matches(name);
        }
    }

    /// What becomes of URLs in requests.
    ///
    /// @param egress where what is fetched may be
    public record Media(LinkedMedia.Policy policy, EgressSettings egress) {}

    /// Where things end.
    public record Limits(
            ModelCall modelCall,
            Context context,
            Run run,
            Use use,
            WorkspaceLimits workspaces,
            Duration conversationTtl) {

        /// @param firstByte from sending a request to the answer's first byte
        /// @param idle silence within an answer
        /// @param total one model call, from its start to its last byte
        /// @param maxRetries after the first try
        public record ModelCall(Duration firstByte, Duration idle, Duration total, int maxRetries) {}

        /// @param maxOutputTokens of a request that sets no limit itself
        /// @param maxMessages the newest messages of a conversation that a model is shown
        /// @param windowTokens absent: the model's own window
        /// @param compactAboveTokens absent: a request must ask for it
        public record Context(
                int maxOutputTokens, int maxMessages, OptionalInt windowTokens, OptionalInt compactAboveTokens) {}

        /// @param toolTimeout of one call of a tool
        /// @param timeout wall time from a run's creation, waiting included
        public record Run(int maxSteps, Duration toolTimeout, Duration timeout) {}

        /// What may be used. What is set for a key, a user or a tenant comes before it.
        ///
        /// @param allowance of whoever has none
        /// @param warnAtPercent of a cap; none for no warnings
        /// @param failedAttemptsPerMinute of one address, after which it is not looked at; 0 for any number
        public record Use(Allowance allowance, List<Integer> warnAtPercent, int failedAttemptsPerMinute) {
            int concurrentRuns() {
                return orNone(allowance.concurrentRuns());
            }

            private static int orNone(@Nullable Integer limit) {
                return limit == null ? 0 : limit;
            }
        }
    }

    /// The settings of the function that this process is.
    public static Settings fromEnvironment() {
        return from(System.getenv());
    }

    /// Variables that are not settings are ignored.
    public static Settings from(Map<String, String> variables) {
        var environment = new Environment(variables);
        Limits limits = limits(environment);
        return new Settings(
                deployment(environment),
                resources(environment),
                provider(environment),
                UpstreamSettings.from(
                        environment,
                        providerUrl(environment),
                        limits.modelCall().firstByte()),
                ToolSettings.from(environment),
                media(environment),
                limits,
                AwsSettings.from(environment));
    }

    /// The names of all variables that are read, in no particular order.
    public static List<String> variableNames() {
        return Arrays.stream(Variable.values()).map(Variable::name).toList();
    }

    private static Deployment deployment(Environment environment) {
        return new Deployment(
                environment.matching(Variable.ENVIRONMENT, ENVIRONMENT),
                environment.matching(Variable.QUEUE_TENANT, TENANT),
                environment.names(Variable.CORS_ORIGINS),
                environment.names(Variable.PASS_PARAMETERS));
    }

    private static Resources resources(Environment environment) {
        return new Resources(
                environment.text(Variable.TABLE_NAME),
                Map.of(
                        Lane.PRIORITY,
                        environment.url(Variable.PRIORITY_STEPS_QUEUE_URL).toString(),
                        Lane.NORMAL,
                        environment.url(Variable.STEPS_QUEUE_URL).toString(),
                        Lane.FLEX,
                        environment.url(Variable.FLEX_STEPS_QUEUE_URL).toString()),
                environment.url(Variable.RESULTS_QUEUE_URL).toString(),
                environment.text(Variable.PROVIDER_SECRET_ARN),
                environment.optionalText(Variable.ADMIN_SECRET_ARN),
                environment.optionalText(Variable.SANDBOX_FUNCTION));
    }

    private static Provider provider(Environment environment) {
        return new Provider(
                providerUrl(environment),
                environment.optionalText(Variable.PRICE_PROVIDER),
                prices(environment),
                environment.text(Variable.MODEL),
                environment.text(Variable.VISION_MODEL),
                environment.names(Variable.MODELS),
                environment.names(Variable.PDF_MODELS),
                environment.names(Variable.VIDEO_MODELS),
                enforcement(environment),
                environment.optionalNumber(Variable.TEMPERATURE, 0, 2));
    }

    private static PriceOverrides prices(Environment environment) {
        try {
            return environment
                    .optionalText(Variable.PRICES)
                    .map(json -> PriceOverrides.read(json, names -> NamePatterns.parse(names)::matches))
                    .orElse(PriceOverrides.NONE);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(
                    "PRICES can't be used, %s: put %s there.".formatted(e.getMessage(), Variable.PRICES.content()));
        }
    }

    private static Media media(Environment environment) {
        String policy = environment.matching(Variable.MEDIA_URLS, MEDIA_URLS);
        return new Media(
                LinkedMedia.Policy.valueOf(policy.toUpperCase(Locale.ROOT)),
                new EgressSettings(
                        environment.list(Variable.EGRESS_ALLOW, Cidr::parse),
                        Set.copyOf(environment.list(Variable.EGRESS_PORTS, Settings::port))));
    }

    private static Integer port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("not a port: " + text);
        }
        return Integer.valueOf(text);
    }

    private static Limits limits(Environment environment) {
        return new Limits(
                new Limits.ModelCall(
                        environment.seconds(Variable.TIMEOUT, 1, 900),
                        environment.seconds(Variable.IDLE_TIMEOUT, 1, 900),
                        environment.seconds(Variable.TOTAL_TIMEOUT, 1, 900),
                        environment.count(Variable.MAX_RETRIES, 0, 10)),
                new Limits.Context(
                        environment.count(Variable.MAX_TOKENS, 1, 1_000_000),
                        environment.count(Variable.MAX_HISTORY, 1, 10_000),
                        environment.optionalCount(Variable.CONTEXT_WINDOW, 1_000, 10_000_000),
                        environment.optionalCount(Variable.COMPACT_THRESHOLD, 1_000, 10_000_000)),
                new Limits.Run(
                        environment.count(Variable.MAX_STEPS, 1, 500),
                        environment.seconds(Variable.TOOL_TIMEOUT, 1, 600),
                        environment.seconds(Variable.RUN_TIMEOUT, 1, 604_800)),
                use(environment),
                WorkspaceLimits.ofMegabytes(environment.count(Variable.WORKSPACE_MAX_MB, 1, 1_000)),
                Duration.ofDays(environment.count(Variable.CONVERSATION_TTL_DAYS, 1, 3_650)));
    }

    private static Limits.Use use(Environment environment) {
        List<Cap> rates = new ArrayList<>();
        int perMinute = environment.count(Variable.TOKENS_PER_MINUTE, 0, 2_000_000_000);
        if (perMinute > 0) {
            rates.add(new Cap(Scope.KEY, Period.MINUTE, Unit.TOKENS, perMinute));
        }
        int perDay = environment.count(Variable.DAILY_TOKEN_LIMIT, 0, 2_000_000_000);
        if (perDay > 0) {
            rates.add(new Cap(Scope.KEY, Period.DAY, Unit.TOKENS, perDay));
        }
        return new Limits.Use(
                new Allowance(
                        environment.count(Variable.REQUESTS_PER_MINUTE, 0, 1_000_000),
                        environment.count(Variable.CONCURRENT_RUNS, 0, 500),
                        Allowance.over(environment.list(Variable.SPENDING_CAPS, Cap::parse), rates)),
                environment.list(Variable.CAP_WARNINGS, Settings::percentage).stream()
                        .filter(percent -> percent > 0)
                        .sorted()
                        .toList(),
                environment.count(Variable.FAILED_ATTEMPTS_PER_MINUTE, 0, 1_000_000));
    }

    private static Integer percentage(String text) {
        if (!text.matches("[0-9][0-9]?|100")) {
            throw new IllegalArgumentException("not a percentage: " + text);
        }
        return Integer.valueOf(text);
    }

    private static Enforcement enforcement(Environment environment) {
        boolean openAi = Dialect.of(providerUrl(environment)).equals(Dialect.OPENAI);
        return environment
                .optionalMatching(Variable.STRICT_SCHEMAS, ENFORCEMENT)
                .map(word -> Enforcement.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(openAi ? Enforcement.STRICT : Enforcement.NEVER);
    }

    private static URI providerUrl(Environment environment) {
        URI url = environment.url(Variable.OPENAI_BASE_URL);
        if (usable(url)) {
            return url;
        }
        throw Environment.unusableUrl(Variable.OPENAI_BASE_URL);
    }

    /// Whether a provider's key may go there.
    static boolean usable(URI url) {
        boolean plain = url.getRawQuery() == null && url.getRawFragment() == null;
        return plain && (url.getScheme().equals("https") || isPrivate(url.getHost()));
    }

    /// Judges by the text alone: a name that happens to resolve to a private address would send the key in
    /// the clear as soon as it resolves to another one.
    static boolean isPrivate(String host) {
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            boolean uniqueLocal = address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc;
            return address.isLoopbackAddress() || address.isSiteLocalAddress() || uniqueLocal;
        } catch (IllegalArgumentException _) {
            return !host.contains(".") || PRIVATE_NAME.matcher(host).matches();
        }
    }
}
