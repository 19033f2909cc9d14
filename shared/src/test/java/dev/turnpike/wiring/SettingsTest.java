package dev.turnpike.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.egress.Cidr;
import dev.turnpike.egress.EgressSettings;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.ledger.PriceOverrides;
import dev.turnpike.tokens.Usage;
import dev.turnpike.workspace.WorkspaceLimits;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Map<String, String> REQUIRED = Map.of(
            "TABLE_NAME", "turnpike",
            "STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/steps",
            "PRIORITY_STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/priority-steps",
            "FLEX_STEPS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/flex-steps",
            "RESULTS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/results",
            "PROVIDER_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:provider-AbCdEf");

    @Test
    void theRequiredVariablesAreEnoughAndTheRestHasItsDefault() {
        Settings settings = Settings.from(REQUIRED);

        assertThat(settings.deployment().environment()).isEqualTo("dev");
        assertThat(settings.deployment().queueTenant()).isEqualTo("default");
        assertThat(settings.tools().offered().matches("calculator")).isTrue();
        assertThat(settings.resources().tableName()).isEqualTo("turnpike");
        assertThat(settings.resources().adminSecretArn()).isEmpty();
        assertThat(settings.provider().baseUrl()).isEqualTo(URI.create("https://api.openai.com/v1"));
        assertThat(settings.provider().model()).isEqualTo("gpt-4o-mini");
        assertThat(settings.provider().visionModel()).isEqualTo("gpt-4o");
        assertThat(settings.provider().priceProvider()).isEmpty();
        assertThat(settings.provider().temperature()).isEmpty();
        assertThat(settings.limits())
                .isEqualTo(new Settings.Limits(
                        new Settings.Limits.ModelCall(
                                Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(600), 3),
                        new Settings.Limits.Context(4_000, 100, OptionalInt.empty(), OptionalInt.empty()),
                        new Settings.Limits.Run(50, Duration.ofMinutes(1), Duration.ofHours(1)),
                        new Settings.Limits.Use(
                                new Allowance(60, 0, List.of(Cap.parse("key/day=1000000tokens"))), List.of(80, 95), 30),
                        WorkspaceLimits.USUAL,
                        Duration.ofDays(30)));
        assertThat(settings.aws().dynamoDb()).isEmpty();
    }

    @Test
    void whatMayBeUsedIsReadAsCaps() {
        Map<String, String> variables = with("SPENDING_CAPS", "run=2usd, key/day=7tokens , tenant/month=99.50usd");
        variables.putAll(Map.of("DAILY_TOKEN_LIMIT", "5", "TOKENS_PER_MINUTE", "0", "CAP_WARNINGS", "0"));
        Settings settings = Settings.from(variables);

        assertThat(settings.limits().use().allowance().caps())
                .extracting(Cap::toString)
                .containsExactly("run=2usd", "key/day=7tokens", "tenant/month=99.5usd");
        assertThat(settings.limits().use().warnAtPercent()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Variable.class,
            names = {
                "TABLE_NAME",
                "STEPS_QUEUE_URL",
                "PRIORITY_STEPS_QUEUE_URL",
                "FLEX_STEPS_QUEUE_URL",
                "RESULTS_QUEUE_URL",
                "PROVIDER_SECRET_ARN"
            })
    void aMissingVariableIsNamedAndTheMessageSaysWhatToPutThere(Variable variable) {
        assertThatThrownBy(() -> Settings.from(with(variable.name(), " ")))
                .isInstanceOf(SettingsException.class)
                .hasMessage("%s is not set: put %s there.".formatted(variable.name(), variable.content()));
    }

    @Test
    void theAdminSecretIsMissedOnlyByWhoAsksForIt() {
        Settings settings = Settings.from(REQUIRED);

        assertThatThrownBy(() -> settings.resources().requireAdminSecretArn())
                .isInstanceOf(SettingsException.class)
                .hasMessage("ADMIN_SECRET_ARN is not set: put the ARN of the secret that holds the admin key there.");
        assertThat(Settings.from(with("ADMIN_SECRET_ARN", "arn:admin"))
                        .resources()
                        .requireAdminSecretArn())
                .isEqualTo("arn:admin");
    }

    @ParameterizedTest
    @CsvSource({
        "MAX_STEPS, 501",
        "MAX_STEPS, 0",
        "MAX_STEPS, many",
        "MAX_RETRIES, -1",
        "TIMEOUT, 30s",
        "TOOL_TIMEOUT, 601",
        "RUN_TIMEOUT, 99999999999",
        "CONTEXT_WINDOW, 12",
        "TEMPERATURE, 2.1",
        "TEMPERATURE, NaN",
        "ENVIRONMENT, my_team",
        "QUEUE_TENANT, a/b",
    })
    void aMalformedVariableIsNamedWithItsValueAndRange(Variable variable, String value) {
        assertThatThrownBy(() -> Settings.from(with(variable.name(), value)))
                .isInstanceOf(SettingsException.class)
                .hasMessage("%s is \"%s\": put %s there.".formatted(variable.name(), value, variable.content()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.groq.com/openai/v1",
                "http://localhost:11434/v1",
                "http://127.0.0.1:8000/v1",
                "http://[::1]:8000/v1",
                "http://10.1.2.3/v1",
                "http://192.168.0.7/v1",
                "http://[fd12::7]/v1",
                "http://ollama:11434/v1",
                "http://vllm.models.internal/v1",
            })
    void theProviderIsReachedByHttpsAnywhereAndByHttpAtHome(String url) {
        assertThat(Settings.from(with("OPENAI_BASE_URL", url + "/")).provider().baseUrl())
                .isEqualTo(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.openai.com/v1",
                "http://8.8.8.8/v1",
                "http://134744072/v1",
                "http://169.254.169.254/v1",
                "http://10.evil.example/v1",
                "https://key@api.openai.com/v1",
                "https://api.openai.com/v1?key=1",
                "ftp://localhost/v1",
                "api.openai.com",
            })
    void aProviderUrlThatWouldLeakTheKeyOrCannotWorkIsRefused(String url) {
        assertThatThrownBy(() -> Settings.from(with("OPENAI_BASE_URL", url)))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "OPENAI_BASE_URL can't be used: put %s there.".formatted(Variable.OPENAI_BASE_URL.content()));
    }

    @ParameterizedTest
    @CsvSource({"STEPS_QUEUE_URL, steps", "AWS_ENDPOINT_URL_SQS, localhost:9324"})
    void aUrlWithoutSchemeOrHostIsRefused(Variable variable, String url) {
        assertThatThrownBy(() -> Settings.from(with(variable.name(), url)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(variable.name() + " can't be used: put ");
    }

    @ParameterizedTest
    @CsvSource({
        "'gpt-4o*', gpt-4o-mini, true",
        "'gpt-4o*', gpt-4o, true",
        "'gpt-4o*', gpt-4, false",
        "'ft:*:acme:*', ft:gpt-4o:acme:v2, true",
        "'ft:*:acme:*', ft:gpt-4o:other:v2, false",
        "'llama3, mistral*', mistral-small, true",
        "'llama3, mistral*', llama3.1, false",
        "'a*a', a, false",
        "'a*b*b', ab, false",
        "',', o3, false",
        "'', o3, true",
    })
    void aRequestMayNameTheModelsThatThePatternsName(String patterns, String model, boolean allowed) {
        assertThat(Settings.from(with("MODELS", patterns)).provider().allows(model))
                .isEqualTo(allowed);
    }

    @Test
    void theDefaultModelsAreAlwaysAllowed() {
        assertThat(Settings.from(with("MODELS", "o3")).provider())
                .matches(provider -> provider.allows("gpt-4o-mini"))
                .matches(provider -> provider.allows("gpt-4o"));
    }

    @Test
    void linksAreFetchedWhereTheOperatorSaysSo() {
        Map<String, String> variables = with("MEDIA_URLS", "fetch");
        variables.put("EGRESS_ALLOW", "10.1.0.0/16, fd12::/16");
        variables.put("EGRESS_PORTS", "443,8443");

        assertThat(Settings.from(variables).media())
                .isEqualTo(new Settings.Media(
                        LinkedMedia.Policy.FETCH,
                        new EgressSettings(
                                List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd12::/16")), Set.of(443, 8443))));
        assertThat(Settings.from(REQUIRED).media())
                .isEqualTo(new Settings.Media(LinkedMedia.Policy.PASS, new EgressSettings(List.of(), Set.of(443))));
    }

    @ParameterizedTest
    @CsvSource({"MEDIA_URLS, follow", "EGRESS_ALLOW, 10.1.0.0", "EGRESS_ALLOW, example.com/8", "EGRESS_PORTS, https"})
    void whatCanNotBeFollowedStopsTheStart(String name, String value) {
        assertThatThrownBy(() -> Settings.from(with(name, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(name);
    }

    @Test
    void aProviderMayBeAskedForOneOfItsTiers() {
        Map<String, String> variables = with("SERVICE_TIER", "flex");
        variables.put("PROVIDERS", """
            [{"name": "a", "base_url": "https://a.example/v1", "service_tier": "batch"},
             {"name": "b", "base_url": "https://b.example/v1"}]\
            """);
        UpstreamSettings upstream = Settings.from(variables).upstream();

        assertThat(upstream.serviceTier()).isEqualTo("flex");
        assertThat(upstream.others())
                .extracting(UpstreamSettings.OtherProvider::serviceTier)
                .containsExactly("batch", "");
        assertThat(Settings.from(REQUIRED).upstream().serviceTier()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SERVICE_TIER | Flex",
                "PROVIDERS    | [{\"name\": \"a\", \"base_url\": \"https://a.example/v1\", \"service_tier\": \"\"}]",
                "PROVIDERS    | [{\"name\": \"a\", \"base_url\": \"https://a.example/v1\", \"service_tier\": \"x y\"}]",
            })
    void aTierThatIsNoNameStopsTheStart(String name, String value) {
        assertThatThrownBy(() -> Settings.from(with(name, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(name);
    }

    @Test
    void pricesOfOnesOwnAreReadByNameOrPattern() {
        var prices = Settings.from(with("PRICES", "{\"own-*\": {\"input\": 0.5, \"output\": 1.5}}"))
                .provider()
                .prices();
        var list = PriceList.forProvider("openai").overriddenBy(prices);

        assertThat(list.cost("own-7b", Usage.reported(10, 0, 2, 0), Instant.EPOCH))
                .isEqualTo(new Cost(8L, list.version()));
        assertThat(Settings.from(REQUIRED).provider().prices()).isEqualTo(PriceOverrides.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5", "{\"m\": {\"input\": 1}}", "{\"m\": {\"input\": -1, \"output\": 1}}", "{"})
    void pricesThatAreNoneStopTheStart(String value) {
        assertThatThrownBy(() -> Settings.from(with("PRICES", value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("PRICES can't be used, ")
                .hasMessageContaining("USD per million tokens");
    }

    @Test
    void theEndpointOfOneServiceGoesBeforeTheEndpointOfAll() {
        Map<String, String> variables = with("AWS_ENDPOINT_URL", "http://localhost:4566");
        variables.put("AWS_ENDPOINT_URL_SQS", "http://localhost:9324");

        assertThat(Settings.from(variables).aws())
                .returns(
                        URI.create("http://localhost:4566"),
                        aws -> aws.dynamoDb().orElseThrow())
                .returns(URI.create("http://localhost:9324"), aws -> aws.sqs().orElseThrow())
                .returns(
                        URI.create("http://localhost:4566"),
                        aws -> aws.secretsManager().orElseThrow());
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> variables = new HashMap<>(REQUIRED);
        variables.put(name, value);
        return variables;
    }
}
