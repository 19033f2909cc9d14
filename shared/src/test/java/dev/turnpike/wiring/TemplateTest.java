package dev.turnpike.wiring;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.Repository;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What a deployment must not lose, whoever edits template.yaml.
class TemplateTest {
    private static final JsonNode TEMPLATE = read("template.yaml");
    private static final Map<String, JsonNode> FUNCTIONS = ofType("AWS::Serverless::Function");
    private static final Pattern TABLE_CALL = Pattern.compile("\\bdynamo\\s*\\.([a-z])([A-Za-z]*)\\(");

    @Test
    void everyRouteStreams() {
        List<JsonNode> routes = FUNCTIONS.values().stream()
                .flatMap(function -> eventsOfType(function, "Api"))
                .toList();

        assertThat(routes)
                .anySatisfy(route -> {
                    assertThat(route.path("Path").asString()).isEqualTo("/{proxy+}");
                    assertThat(route.path("Method").asString()).isEqualTo("any");
                })
                .allSatisfy(route -> {
                    assertThat(route.path("ResponseTransferMode").asString()).isEqualTo("RESPONSE_STREAM");
                    assertThat(route.path("TimeoutInMillis").asInt()).isEqualTo(900_000);
                });
    }

    @Test
    void theStreamingFunctionStartsFromASnapshotThroughTheWrapper() {
        JsonNode api = properties("ApiFunction");

        assertThat(api.at("/SnapStart/ApplyOn").asString()).isEqualTo("PublishedVersions");
        assertThat(api.path("AutoPublishAlias").asString()).isEqualTo("live");
        assertThat(FUNCTIONS.values())
                .filteredOn(function -> environment(function).has("AWS_LAMBDA_EXEC_WRAPPER"))
                .containsExactly(api);
        String wrapper = environment(api).path("AWS_LAMBDA_EXEC_WRAPPER").asString();
        assertThat(wrapper).startsWith("/var/task/");
        assertThat(Repository.path(wrapper.replace("/var/task", "functions/api/src/main/lambda")))
                .exists();
    }

    @Test
    @DisplayName("Row 28: a run of many steps passes for a loop, so RecursiveLoop Allow is on the worker only")
    void onlyTheWorkerMayCallItself() {
        assertThat(TEMPLATE.at("/Globals/Function").has("RecursiveLoop")).isFalse();
        assertThat(FUNCTIONS)
                .allSatisfy((name, function) -> assertThat(
                                function.path("RecursiveLoop").asString(""))
                        .as(name)
                        .isEqualTo(name.equals("WorkerFunction") ? "Allow" : ""));
    }

    @Test
    void everyHandlerIsAClassOfItsFunctionAndEveryZipIsTheOneThatWasTested() {
        assertThat(FUNCTIONS).hasSize(5).allSatisfy((name, function) -> {
            String handler = function.path("Handler").asString();
            String folder = handler.replaceFirst("dev\\.turnpike\\.([a-z]+)\\..*", "functions/$1");
            assertThat(Repository.path(folder + "/src/main/java/" + handler.replace('.', '/') + ".java"))
                    .exists();
            assertThat(function.path("CodeUri").asString()).isEqualTo(folder + "/target/function.zip");
        });
    }

    @Test
    void theVariablesThatAreSetAreTheVariablesThatAreRead() {
        Set<String> set = FUNCTIONS.values().stream()
                .flatMap(function -> environment(function).propertyNames().stream())
                .collect(toCollection(TreeSet::new));
        Set<String> read = Settings.variableNames().stream()
                .filter(name -> !name.startsWith("AWS_"))
                .collect(toCollection(TreeSet::new));
        read.add("AWS_LAMBDA_EXEC_WRAPPER");

        assertThat(set).isEqualTo(read);
        assertThat(FUNCTIONS.values())
                .allSatisfy(function -> assertThat(environment(function).propertyNames())
                        .containsAll(Arrays.stream(Variable.values())
                                .filter(Variable::required)
                                .map(Variable::name)
                                .toList()));
    }

    @Test
    void aParameterAndTheVariableThatItFillsHaveOneDefault() {
        JsonNode variables = environment(properties("ApiFunction"));
        assertThat(Variable.values()).allSatisfy(variable -> {
            JsonNode parameter = parameter(variables.path(variable.name()));
            if (!parameter.isMissingNode()) {
                assertThat(parameter.path("Default").asString()).isEqualTo(variable.fallback());
            }
        });
    }

    @Test
    void theLogLevelIsLambdasToFilter() {
        assertThat(TEMPLATE.at("/Globals/Function/LoggingConfig/ApplicationLogLevel/Ref")
                        .asString())
                .isEqualTo("LogLevel");
        assertThat(TEMPLATE.at("/Globals/Function/LoggingConfig/LogFormat").asString())
                .isEqualTo("JSON");
    }

    /// SAM publishes no version when only a parameter's value changes.
    @Test
    void aChangedParameterMakesANewVersionOfTheApiFunction() {
        JsonNode api = properties("ApiFunction");
        Set<String> numbered = references(properties("ApiSettings").path("Content"));
        Set<String> used = references(api);
        used.addAll(references(TEMPLATE.at("/Globals/Function")));
        used.retainAll(TEMPLATE.path("Parameters").propertyNames());

        assertThat(api.at("/VersionDescription/Fn::Sub").asString()).contains("${ApiSettings.VersionNumber}");
        assertThat(numbered).containsAll(used);
    }

    @Test
    void aQueueWaitsSixTimesItsFunctionAndTakesBackPartOfABatch() {
        List<JsonNode> sources = FUNCTIONS.values().stream()
                .flatMap(function -> eventsOfType(function, "SQS").peek(source -> {
                    int timeout = function.path("Timeout").asInt();
                    assertThat(queueOf(source).path("VisibilityTimeout").asInt())
                            .isGreaterThanOrEqualTo(6 * timeout);
                }))
                .toList();

        assertThat(sources).hasSize(5).allSatisfy(source -> {
            assertThat(source.at("/FunctionResponseTypes/0").asString()).isEqualTo("ReportBatchItemFailures");
            JsonNode queue = queueOf(source);
            // What the dead letters' own function can't serve stays where people look.
            assertThat(queue.at("/RedrivePolicy/maxReceiveCount").asInt(5)).isGreaterThanOrEqualTo(5);
            assertThat(queue.has("RedrivePolicy"))
                    .isNotEqualTo(source.at("/Queue/Fn::GetAtt").asString().startsWith("StepsDeadLetters"));
        });
    }

    @Test
    void everyLaneWakesTheWorkerStepByStepAndDiesInOnePlace() {
        assertThat(eventsOfType(properties("WorkerFunction"), "SQS")).hasSize(3).allSatisfy(source -> {
            assertThat(source.path("BatchSize").asInt()).isOne();
            assertThat(queueOf(source)
                            .at("/RedrivePolicy/deadLetterTargetArn/Fn::GetAtt")
                            .asString())
                    .isEqualTo("StepsDeadLetters.Arn");
        });
        List<String> lanes = List.of("StepsQueue.Arn", "PriorityStepsQueue.Arn", "FlexStepsQueue.Arn");
        assertThat(List.of("ApiRole", "WorkerRole", "IntakeRole", "ReaperRole"))
                .allSatisfy(role -> assertThat(properties(role).findValuesAsString("Fn::GetAtt"))
                        .as(role)
                        .containsAll(lanes));
    }

    @Test
    void everyQueueIsEncryptedAndEveryDeadLetterIsKeptLongest() {
        assertThat(ofType("AWS::SQS::Queue")).hasSize(8).allSatisfy((name, queue) -> {
            assertThat(queue.path("SqsManagedSseEnabled").asBoolean()).as(name).isTrue();
            assertThat(queue.has("RedrivePolicy")).as(name).isNotEqualTo(name.endsWith("DeadLetters"));
            if (name.endsWith("DeadLetters")) {
                assertThat(queue.path("MessageRetentionPeriod").asInt()).isEqualTo(1_209_600);
            }
        });
    }

    @Test
    void aFunctionMayDoWhatIsNamedWithWhatIsNamedAndNeverScan() {
        List<JsonNode> statements = FUNCTIONS.values().stream()
                .map(function ->
                        properties(function.at("/Role/Fn::GetAtt").asString().replace(".Arn", "")))
                .peek(role -> assertThat(role.has("ManagedPolicyArns")).isFalse())
                .flatMap(role -> role.path("Policies").valueStream())
                .flatMap(policy -> policy.at("/PolicyDocument/Statement").valueStream())
                .toList();

        assertThat(statements).hasSizeGreaterThan(8).allSatisfy(statement -> {
            assertThat(statement.path("Effect").asString()).isEqualTo("Allow");
            assertThat(statement.path("Action").toString()).doesNotContain("*");
            assertThat(statement.path("Resource").toString())
                    .doesNotContain("*")
                    .containsAnyOf("Ref", "Fn::");
        });
        assertThat(Repository.read(Repository.path("template.yaml"))).doesNotContainIgnoringCase("dynamodb:scan");
    }

    @Test
    void whoeverRunsToolsMayCallTheNamedFunctionsAndReadTheNamedSecretsAndNoOthers() {
        for (String role : List.of("ApiRole", "WorkerRole", "IntakeRole", "ReaperRole")) {
            Map<String, String> granted = properties(role)
                    .path("Policies")
                    .valueStream()
                    .map(policy -> policy.path("Fn::If"))
                    .filter(JsonNode::isArray)
                    .collect(toMap(
                            policy -> policy.path(0).asString() + " "
                                    + policy.at("/1/PolicyDocument/Statement/0/Action")
                                            .asString(),
                            policy -> policy.at("/1/PolicyDocument/Statement/0/Resource/Ref")
                                    .asString()));
            Map<String, String> secrets = Map.of("HasToolSecrets secretsmanager:GetSecretValue", "ToolSecretArns");
            Map<String, String> both = new TreeMap<>(secrets);
            both.put("HasToolFunctions lambda:InvokeFunction", "ToolFunctionArns");

            assertThat(granted)
                    .as(role)
                    .isEqualTo(
                            switch (role) {
                                case "ReaperRole" -> Map.of();
                                case "IntakeRole" -> secrets;
                                default -> both;
                            });
        }
    }

    @Test
    void whoeverServesRunsMayMakeEveryCallOfTheTableThatIsMade() {
        Set<String> made = Repository.filesEndingWith(".java").stream()
                .filter(file -> file.startsWith(Repository.path("shared/src/main/java/dev/turnpike/aws")))
                .flatMap(file -> TABLE_CALL.matcher(Repository.read(file)).results())
                .map(call -> "dynamodb:" + call.group(1).toUpperCase(Locale.ROOT) + call.group(2))
                .collect(toCollection(TreeSet::new));
        // A transaction asks for what is in it.
        assertThat(made.remove("dynamodb:TransactWriteItems")).isTrue();
        made.add("dynamodb:ConditionCheckItem");

        assertThat(made).contains("dynamodb:BatchWriteItem", "dynamodb:Query");
        assertThat(List.of("ApiRole", "WorkerRole"))
                .allSatisfy(role -> assertThat(allowedOnTheTable(role)).containsExactlyElementsOf(made));
    }

    private static List<String> allowedOnTheTable(String role) {
        return properties(role)
                .path("Policies")
                .valueStream()
                .flatMap(policy -> policy.at("/PolicyDocument/Statement").valueStream())
                .filter(statement -> statement.path("Resource").toString().contains("Table"))
                .flatMap(statement -> statement.path("Action").valueStream())
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void everyFunctionHasSampleEventsThatAreNamedAfterIt() {
        Set<String> functions = Repository.filesEndingWith(".json").stream()
                .filter(file -> file.startsWith(Repository.path("events")))
                .peek(file -> assertThat(new ObjectMapper().readTree(file).isObject())
                        .as(file.toString())
                        .isTrue())
                .map(file -> String.valueOf(file.getFileName()).replaceFirst("-.*", ""))
                .collect(toCollection(TreeSet::new));

        assertThat(functions).containsExactly("api", "intake", "reaper", "sandbox", "worker");
    }

    @Test
    void theSandboxIsThereWhenAskedForAndHasNothing() {
        JsonNode function = TEMPLATE.at("/Resources/SandboxFunction");
        assertThat(TEMPLATE.at("/Parameters/Sandbox/Default").asString()).isEqualTo("off");
        assertThat(List.of("SandboxFunction", "SandboxRole", "SandboxLogs", "CallTheSandbox"))
                .allSatisfy(name -> assertThat(
                                TEMPLATE.at("/Resources/" + name + "/Condition").asString())
                        .isEqualTo("HasSandbox"));

        // SAM would merge the variables of all functions into one of its own type.
        assertThat(function.path("Type").asString()).isEqualTo("AWS::Lambda::Function");
        assertThat(function.at("/Properties/Environment/Variables").propertyNames())
                .containsExactly("JAVA_TOOL_OPTIONS");
        assertThat(function.at("/Properties/Code").asString()).isEqualTo("functions/sandbox/target/function.zip");
        assertThat(Repository.path("functions/sandbox/src/main/java/"
                        + function.at("/Properties/Handler").asString().replace('.', '/') + ".java"))
                .exists();
        assertThat(function.path("Properties").has("VpcConfig")).isFalse();
        JsonNode role = properties("SandboxRole");
        assertThat(role.has("ManagedPolicyArns")).isFalse();
        assertThat(role.path("Policies")).hasSize(1);
        assertThat(role.at("/Policies/0/PolicyDocument/Statement"))
                .singleElement()
                .satisfies(statement -> {
                    assertThat(statement.path("Action").toString())
                            .isEqualTo("[\"logs:CreateLogStream\",\"logs:PutLogEvents\"]");
                    assertThat(statement.at("/Resource/Fn::GetAtt").asString()).isEqualTo("SandboxLogs.Arn");
                });
    }

    @Test
    void onlyWhatServesRunsMayCallTheSandbox() {
        JsonNode policy = properties("CallTheSandbox");
        assertThat(policy.path("Roles").findValuesAsString("Ref")).containsExactly("ApiRole", "WorkerRole");
        assertThat(policy.at("/PolicyDocument/Statement")).singleElement().satisfies(statement -> {
            assertThat(statement.path("Action").asString()).isEqualTo("lambda:InvokeFunction");
            assertThat(statement.at("/Resource/Fn::GetAtt").asString()).isEqualTo("SandboxFunction.Arn");
        });
        assertThat(FUNCTIONS)
                .allSatisfy((name, function) -> assertThat(environment(function).has("SANDBOX_FUNCTION"))
                        .as(name)
                        .isEqualTo(name.equals("ApiFunction") || name.equals("WorkerFunction")));
    }

    @Test
    void capsThatAreNearlyUsedSoundAnAlarm() {
        for (String filter : List.of("ApiCapWarnings", "WorkerCapWarnings")) {
            assertThat(properties(filter).path("FilterPattern").asString()).isEqualTo("\"the cap\"");
            assertThat(properties(filter)
                            .at("/MetricTransformations/0/MetricName")
                            .asString())
                    .isEqualTo(properties("CapAlarm").path("MetricName").asString());
        }
        assertThat(properties("CapAlarm").at("/AlarmActions/0/Ref").asString()).isEqualTo("AlarmTopic");
    }

    @Test
    @DisplayName("Row 45: the lines that tell of a key that the provider refused are counted, and sound an alarm")
    void refusedKeysSoundAnAlarm() {
        Map<String, JsonNode> filters = ofType("AWS::Logs::MetricFilter");
        assertThat(filters.values())
                .filteredOn(filter -> filter.path("FilterPattern").asString().equals("\"failed: upstream_auth\""))
                .extracting(filter -> filter.at("/LogGroupName/Ref").asString())
                .containsExactlyInAnyOrder("ApiLogs", "WorkerLogs");
        JsonNode alarm = properties("ProviderKeyAlarm");
        assertThat(filters.values())
                .filteredOn(filter -> filter.path("FilterPattern").asString().contains("upstream_auth"))
                .allSatisfy(filter -> {
                    JsonNode counted = filter.at("/MetricTransformations/0");
                    assertThat(counted.path("MetricName")).isEqualTo(alarm.path("MetricName"));
                    assertThat(counted.path("MetricNamespace")).isEqualTo(alarm.path("Namespace"));
                });
        assertThat(alarm.at("/AlarmActions/0/Ref").asString()).isEqualTo("AlarmTopic");
    }

    @Test
    void theTableSurvivesMistakes() {
        JsonNode table = TEMPLATE.at("/Resources/Table");

        assertThat(table.path("DeletionPolicy").asString()).isEqualTo("Retain");
        assertThat(table.path("UpdateReplacePolicy").asString()).isEqualTo("Retain");
        assertThat(table.at("/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                        .asBoolean())
                .isTrue();
        assertThat(table.at("/Properties/TimeToLiveSpecification/AttributeName").asString())
                .isEqualTo("ttl");
    }

    private static Map<String, JsonNode> ofType(String type) {
        return TEMPLATE.path("Resources")
                .propertyStream()
                .filter(resource -> resource.getValue().path("Type").asString().equals(type))
                .collect(toMap(
                        Map.Entry::getKey,
                        resource -> resource.getValue().path("Properties"),
                        (a, _) -> a,
                        TreeMap::new));
    }

    private static JsonNode properties(String resource) {
        return TEMPLATE.path("Resources").path(resource).path("Properties");
    }

    private static Stream<JsonNode> eventsOfType(JsonNode function, String type) {
        return function.path("Events")
                .valueStream()
                .filter(event -> event.path("Type").asString().equals(type))
                .map(event -> event.path("Properties"));
    }

    private static JsonNode queueOf(JsonNode source) {
        return properties(source.at("/Queue/Fn::GetAtt").asString().replace(".Arn", ""));
    }

    /// The variables of all functions, with the function's own laid over them.
    private static JsonNode environment(JsonNode function) {
        var merged = new ObjectMapper().createObjectNode();
        Stream.of(TEMPLATE.at("/Globals/Function"), function)
                .flatMap(source -> source.at("/Environment/Variables").propertyStream())
                .forEach(variable -> merged.set(variable.getKey(), variable.getValue()));
        return merged;
    }

    private static JsonNode parameter(JsonNode reference) {
        return TEMPLATE.path("Parameters").path(reference.path("Ref").asString(""));
    }

    private static Set<String> references(JsonNode node) {
        return node.findValuesAsString("Ref").stream().collect(toCollection(TreeSet::new));
    }

    private static JsonNode read(String path) {
        Object tree = new Yaml(new CloudFormationTags()).load(Repository.read(Repository.path(path)));
        return new ObjectMapper().valueToTree(tree);
    }

    /// Reads `!Ref x` as `{"Ref": "x"}` and `!Sub x` as `{"Fn::Sub": "x"}`.
    private static final class CloudFormationTags extends SafeConstructor {
        CloudFormationTags() {
            super(new LoaderOptions());
            yamlMultiConstructors.put("!", new AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    String name = node.getTag().getValue().substring(1);
                    return Map.of(name.equals("Ref") ? name : "Fn::" + name, contentOf(node));
                }
            });
        }

        private Object contentOf(Node node) {
            return switch (node) {
                case ScalarNode scalar -> scalar.getValue();
                case SequenceNode sequence -> constructSequence(sequence);
                case MappingNode mapping -> constructMapping(mapping);
                default -> throw new IllegalArgumentException("unknown node " + node);
            };
        }
    }
}
