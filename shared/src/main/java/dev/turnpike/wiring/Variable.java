package dev.turnpike.wiring;

/// Every environment variable that is read, what belongs there, and what counts when it is unset or blank.
enum Variable {
    TABLE_NAME("the name of the DynamoDB table"),
    STEPS_QUEUE_URL("the URL of the queue that wakes the worker"),
    PRIORITY_STEPS_QUEUE_URL("the URL of the queue that wakes the worker for urgent runs"),
    FLEX_STEPS_QUEUE_URL("the URL of the queue that wakes the worker for runs that can wait"),
    RESULTS_QUEUE_URL("the URL of the queue that answers queued requests"),
    PROVIDER_SECRET_ARN("the ARN of the secret that holds the model provider's API key"),
    ADMIN_SECRET_ARN("the ARN of the secret that holds the admin key", ""),
    SANDBOX_FUNCTION("the name of the Lambda function that runs commands, or nothing for none", ""),

    OPENAI_BASE_URL(
            "the https URL of an OpenAI-compatible API (http only to a loopback or private host)",
            "https://api.openai.com/v1"),
    PRICE_PROVIDER("the provider whose prices count, or nothing to tell it by OPENAI_BASE_URL", ""),
    PRICES(
            "own prices in USD per million tokens, as a JSON object like {\"my-model\": {\"input\": 0.5, \"output\":"
                    + " 1.5}}, or nothing for none",
            ""),
    MODEL("the model of requests that name none", "gpt-4o-mini"),
    VISION_MODEL("the model of requests that name none and hold images", "gpt-4o"),
    MODELS("the models that requests may name, separated by commas, * for any characters", "*"),
    PDF_MODELS(
            "the models that read PDFs, separated by commas, * for any characters, or nothing for none",
            "gpt-4o*,gpt-4.1*,gpt-5*,o1,o1-*,o3*,o4-mini*"),
    VIDEO_MODELS(
            "the models that see videos, separated by commas, * for any characters, or nothing for none",
            "*gemini*,*-VL-*,*-vl-*,*-omni*"),
    MEDIA_URLS(
            "what becomes of images and videos that requests give by URL: pass (the provider fetches them), fetch (we"
                    + " do, from public addresses) or refuse",
            "pass"),
    EGRESS_ALLOW(
            "the blocks of addresses that may be fetched from although they are not public, as 10.1.0.0/16, separated"
                    + " by commas, or nothing for none",
            ""),
    EGRESS_PORTS("the ports that URLs which are fetched may name, separated by commas", "443"),
    PASS_PARAMETERS(
            "the further parameters that requests may hand on to the provider, separated by commas, * for any"
                    + " characters, or nothing for none",
            ""),
    STRICT_SCHEMAS(
            "what JSON forms of answers the provider makes sure of: never, strict (those asked for with strict) or"
                    + " always, or nothing to tell it by OPENAI_BASE_URL",
            ""),
    TEMPERATURE("a number from 0 to 2, or nothing for the provider's own", ""),

    DIALECT(
            "how the API at OPENAI_BASE_URL differs from OpenAI's, as words between commas, none for not at all, or"
                    + " nothing to tell it by OPENAI_BASE_URL",
            ""),
    TLS_VERIFY("true, or false for a self-signed certificate at a loopback or private host", "true"),
    SERVICE_TIER(
            "the service tier that the provider at OPENAI_BASE_URL is asked for, such as flex: 1 to 32 small letters,"
                    + " digits, - and _, or nothing for its own choice",
            ""),
    PROVIDERS(
            "further providers, as a JSON list of objects with name, base_url and, if need be, models, key, prices,"
                    + " service_tier, switches, tls_verify, or nothing for none",
            ""),
    FALLBACKS(
            "the models that stand in during an outage, as model=other,third;pattern*=other, or nothing for none", ""),

    TIMEOUT("the seconds to the provider's first byte, 1 to 900", "30"),
    IDLE_TIMEOUT("the seconds that a provider's stream may be silent, 1 to 900", "60"),
    TOTAL_TIMEOUT("the seconds that one model call may take, 1 to 900", "600"),
    MAX_RETRIES("how often a failed model call is tried again, 0 to 10", "3"),
    RETRY_INITIAL_DELAY("the seconds before the first retry, at most, 0.001 to 900", "0.5"),
    RETRY_MAX_DELAY("the seconds before any retry, at most, 0.001 to 900", "60"),
    RETRY_BACKOFF_FACTOR("by how much the time before a retry grows, 1 to 10", "2"),
    RETRYABLE_ERRORS(
            "the codes of the errors of model calls that are tried again, separated by commas, or nothing for all that"
                    + " may pass",
            ""),
    BREAKER_FAILURES("the failures in a row after which a model is given a rest, 0 to 1000, 0 for never", "5"),
    BREAKER_SECONDS("the seconds that a failing model is left alone, 1 to 3600", "30"),

    MAX_TOKENS("the output tokens of a request that sets no limit, 1 to 1000000", "4000"),
    MAX_HISTORY("the messages of a conversation that a model is shown, 1 to 10000", "100"),
    COMPACT_THRESHOLD(
            "the tokens of context above which its older part is summarised, 1000 to 10000000, or nothing for never",
            ""),
    CONTEXT_WINDOW("the tokens that a model is shown, 1000 to 10000000, or nothing for the model's own window", ""),
    MAX_STEPS("the steps that a run may take, 1 to 500", "50"),
    TOOL_TIMEOUT("the seconds that one tool call may take, 1 to 600", "60"),
    RUN_TIMEOUT("the seconds that a run may take from its creation, 1 to 604800", "3600"),
    REQUESTS_PER_MINUTE(
            "the runs that may be asked for with one API key in a minute, 0 to 1000000, 0 for any number", "60"),
    CONCURRENT_RUNS("the unfinished runs that one API key may have, 0 to 500, 0 for any number", "0"),
    TOKENS_PER_MINUTE("the tokens that one API key may use in a minute, 0 to 2000000000, 0 for any number", "0"),
    DAILY_TOKEN_LIMIT(
            "the tokens that one API key may use in a day of UTC, 0 to 2000000000, 0 for any number", "1000000"),
    SPENDING_CAPS(
            "what a run, conversation, key, user or tenant may use, as run=2usd, key/day=500000tokens,"
                    + " tenant/month=100usd, or nothing for no caps",
            ""),
    FAILED_ATTEMPTS_PER_MINUTE(
            "the requests without a good key that one address may send in a minute, 0 to 1000000, 0 for any number",
            "30"),
    CAP_WARNINGS("the percentages of a cap at which a warning is given, as 80,95, or 0 for none", "80,95"),
    WORKSPACE_MAX_MB("the megabytes that the files of one conversation may have together, 1 to 1000", "16"),
    CONVERSATION_TTL_DAYS("the days that a conversation is kept after its last change, 1 to 3650", "30"),

    ENVIRONMENT("the deployment's name: 1 to 16 small letters and digits, a letter first", "dev"),
    QUEUE_TENANT("the tenant of what arrives on the requests queue: 1 to 64 letters, digits, - and _", "default"),
    TOOLS("the tools that a run is offered, separated by commas, * for any characters", "*"),

    TOOL_DEFINITIONS(
            "the tools that run elsewhere, as a JSON list of objects with kind (lambda, http, mcp) and what the kind"
                    + " needs, or the path of a file that holds one, or nothing for none",
            ""),
    TOOL_POLICY(
            "which calls of tools are made, asked about or denied, as a JSON list like [{\"tools\": \"write_file\","
                + " \"paths\": \"docs/*\", \"then\": \"allow\"}] or the path of a file that holds one, or nothing for"
                + " the usual rules",
            ""),

    IMAGE_HOSTS(
            "the hosts whose images an answer may show once the model has read what tools gave, separated by commas, *"
                    + " for any characters, or nothing for none",
            ""),

    CORS_ORIGINS(
            "the web origins whose scripts may call, as https://chat.example.com, separated by commas, * for any"
                    + " characters, or nothing for none",
            ""),

    AWS_REGION("the AWS region; Lambda sets it", ""),
    AWS_ENDPOINT_URL("an endpoint that stands in for all of AWS", ""),
    AWS_ENDPOINT_URL_DYNAMODB("an endpoint that stands in for DynamoDB", ""),
    AWS_ENDPOINT_URL_SQS("an endpoint that stands in for SQS", ""),
    AWS_ENDPOINT_URL_SECRETS_MANAGER("an endpoint that stands in for Secrets Manager", ""),
    AWS_ENDPOINT_URL_LAMBDA("an endpoint that stands in for Lambda", "");

    private final String content;
    private final boolean required;
    private final String fallback;

    Variable(String content) {
        this(content, true, "");
    }

    Variable(String content, String fallback) {
        this(content, false, fallback);
    }

    Variable(String content, boolean required, String fallback) {
        this.content = content;
        this.required = required;
        this.fallback = fallback;
    }

    /// What belongs there, with unit and range, as the end of "put ... there".
    String content() {
        return content;
    }

    boolean required() {
        return required;
    }

    /// The value when unset; empty means that nothing stands in.
    String fallback() {
        return fallback;
    }
}
