package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Random requests as API Gateway tells of them: good ones, and good ones spoiled a little. The same numbers give the
/// same requests.
final class RequestFuzz {
    private static final String ID = "{id}";

    private static final String RESPONSE = """
        {"model":"gpt-4o","input":[{"role":"developer","content":"Be brief."},
         {"type":"message","role":"user","content":[{"type":"input_text","text":"Where is the harbour?"},
          {"type":"input_image","image_url":"https://example.com/a.png","detail":"low"}]},
         {"type":"function_call","call_id":"c1","name":"tide","arguments":"{}"},
         {"type":"function_call_output","call_id":"c1","output":"3 m"},
         {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}]}],
         "instructions":"Answer.","store":true,"stream":false,"temperature":0.5,"top_p":1,"max_output_tokens":64,
         "metadata":{"a":"b"},"truncation":"auto","parallel_tool_calls":true,"tool_choice":"auto","include":[],
         "tools":[{"type":"function","name":"tide","description":"d","strict":null,
           "parameters":{"type":"object","properties":{"port":{"type":"string"}}}},
          {"type":"mcp","server_label":"turnpike","allowed_tools":["look"],"require_approval":"never"}],
         "reasoning":{"effort":"low","summary":"auto"},"service_tier":"auto","user":"u",
         "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}}}
        """;

    private static final String COMPLETION = """
        {"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},
         {"role":"user","name":"ada","content":[{"type":"text","text":"Hello"},
          {"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}}]},
         {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
          "function":{"name":"tide","arguments":"{}"}}]},
         {"role":"tool","tool_call_id":"c1","content":"3 m"}],
         "store":true,"stream":false,"temperature":0.5,"max_completion_tokens":64,"n":1,"stop":["x"],"seed":7,
         "logit_bias":{"1":1},"presence_penalty":0,"metadata":{"a":"b"},"reasoning_effort":"low",
         "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
         "tools":[{"type":"function","function":{"name":"tide","parameters":{"type":"object"}}}],"tool_choice":"auto"}
        """;

    /// Every route, with bodies that it takes. A new route has its place here.
    ///
    /// @param bodies good ones; `{id}` in them stands for an id, as it does in the route
    record Shape(String route, List<String> bodies) {
        static Shape of(String route, String... bodies) {
            return new Shape(route, bodies.length == 0 ? List.of("") : List.of(bodies));
        }
    }

    static final List<Shape> SHAPES = List.of(
            Shape.of("GET /health"),
            Shape.of("GET /openapi.json"),
            Shape.of("GET /v1/openapi.json"),
            Shape.of("GET /v1/models"),
            Shape.of(
                    "POST /v1/responses",
                    RESPONSE,
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\"}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"stream\":true}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"background\":true}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"background\":true,\"stream\":true}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"previous_response_id\":\"{id}\"}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Look.\",\"tools\":[{\"type\":\"mcp\","
                            + "\"server_label\":\"turnpike\",\"require_approval\":\"always\"}]}",
                    "{\"model\":\"gpt-4o\",\"input\":[{\"type\":\"mcp_approval_response\",\"approve\":true,"
                            + "\"approval_request_id\":\"{id}\"}]}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"conversation\":{\"id\":\"{id}\"},\"store\":false}"),
            Shape.of("GET /v1/responses/{id}"),
            Shape.of("DELETE /v1/responses/{id}"),
            Shape.of("GET /v1/responses/{id}/input_items"),
            Shape.of(
                    "POST /v1/responses/input_tokens",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\"}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"previous_response_id\":\"{id}\"}"),
            Shape.of(
                    "POST /v1/responses/compact",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\"}",
                    "{\"model\":\"gpt-4o\",\"input\":[{\"type\":\"compaction\",\"encrypted_content\":\"tpc1_eJwzMDQAAAE\"}]}",
                    "{\"model\":\"gpt-4o\",\"input\":\"Hello\",\"previous_response_id\":\"{id}\"}"),
            Shape.of("POST /v1/responses/{id}/cancel", "", "{}"),
            Shape.of("POST /v1/responses/{id}/rollback", "", "{}"),
            Shape.of("GET /v1/responses/{id}/proposals"),
            Shape.of("POST /v1/responses/{id}/proposals/{item}", "", "{\"turnpike\":{\"dry_run\":true}}"),
            Shape.of(
                    "POST /v1/chat/completions",
                    COMPLETION,
                    "{\"model\":\"gpt-4o\",\"store\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                    "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
            Shape.of("GET /v1/chat/completions/{id}"),
            Shape.of("DELETE /v1/chat/completions/{id}"),
            Shape.of("POST /v1/conversations", "", "{}", "{\"metadata\":{},\"items\":[]}"),
            Shape.of("GET /v1/conversations"),
            Shape.of("GET /v1/conversations/{id}"),
            Shape.of("POST /v1/conversations/{id}", "{\"metadata\":{\"a\":\"b\"}}"),
            Shape.of("DELETE /v1/conversations/{id}"),
            Shape.of("GET /v1/conversations/{id}/items"),
            Shape.of(
                    "POST /v1/conversations/{id}/items",
                    "{\"items\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                    "{\"items\":[{\"type\":\"function_call_output\",\"call_id\":\"call_0\",\"output\":\"3\"}]}"),
            Shape.of("GET /v1/conversations/{id}/items/{item}"),
            Shape.of("DELETE /v1/conversations/{id}/items/{item}"),
            Shape.of("GET /v1/conversations/{id}/workspace"),
            Shape.of(
                    "POST /v1/conversations/{id}/workspace",
                    "{\"files\":[{\"path\":\"src/a.txt\",\"content\":\"x\",\"executable\":true},"
                            + "{\"path\":\"b\",\"content\":\"AA==\",\"encoding\":\"base64\"},"
                            + "{\"path\":\"c\",\"delete\":true}],\"if_revision\":0}"),
            Shape.of("GET /v1/conversations/{id}/workspace/file"),
            Shape.of("GET /v1/conversations/{id}/workspace/revisions"),
            Shape.of("POST /v1/conversations/{id}/workspace/restore", "{\"revision\":0}"),
            Shape.of(
                    "POST /v1/organization/api_keys",
                    "{\"tenant\":\"t-9\",\"name\":\"spare\"}",
                    "{\"tenant\":\"t-9\",\"user\":\"ada\",\"scopes\":[\"responses.read\"],\"models\":[\"gpt-*\"],"
                        + "\"tools\":[],\"requests_per_minute\":5,\"concurrent_runs\":1,\"caps\":[\"key/day=5usd\"],"
                        + "\"expires_at\":1924905600,\"cache\":true}"),
            Shape.of("GET /v1/organization/api_keys"),
            Shape.of("GET /v1/organization/api_keys/{id}"),
            Shape.of(
                    "POST /v1/organization/api_keys/{id}",
                    "{\"name\":\"changed\"}",
                    "{\"caps\":[\"run=2usd\",\"key/minute=9tokens\"],\"models\":null,\"expires_at\":null}"),
            Shape.of("DELETE /v1/organization/api_keys/{id}"),
            Shape.of("POST /v1/organization/api_keys/{id}/rotate", "", "{\"expire_old_in_seconds\":60}"),
            Shape.of("GET /v1/organization/limits"),
            Shape.of(
                    "POST /v1/organization/limits",
                    "{\"tenant\":\"t-9\",\"user\":\"ada\",\"caps\":[\"user/day=1usd\"]}"),
            Shape.of("GET /v1/organization/audit_logs"),
            Shape.of("GET /v1/organization/usage/completions"),
            Shape.of("GET /v1/organization/costs"),
            Shape.of("GET /v1/organization/statistics"),
            Shape.of("POST /v1/organization/statistics/reset", "{\"tenant\":\"tenant-1\",\"api_key_id\":\"k\"}"),
            Shape.of("GET /v1/usage"),
            Shape.of("GET /v1/responses/{id}/usage"),
            Shape.of("GET /v1/conversations/{id}/usage"));

    /// Of the ids that a route or a field takes, whichever stands here first.
    private static final Map<String, String> PREFIXES = prefixes();

    private static final String ITEM = "{item}";

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "BREW", "");

    /// They must say from when.
    private static final Set<String> REPORTS = Set.of(
            "GET /v1/organization/costs", "GET /v1/organization/usage/completions", "GET /v1/organization/statistics");

    private static final List<String> QUERY_NAMES = List.of(
            "stream",
            "starting_after",
            "include",
            "include[]",
            "limit",
            "order",
            "after",
            "deep",
            "\u0000",
            "id",
            "tenant",
            "user",
            "start_time",
            "end_time",
            "group_by",
            "page",
            "api_key_ids");

    private static final List<String> QUERY_VALUES = List.of(
            "true", "false", "", "0", "1", "-1", "5", "999999999999999999999", "desc", "asc", "null", "[]", "t-9");

    private static final List<String> HEADERS = List.of(
            "content-type",
            "origin",
            "access-control-request-method",
            "access-control-request-headers",
            "accept",
            "x-request-id",
            "x-client-request-id",
            "openai-beta",
            "upgrade",
            "cookie",
            "");

    private static final List<String> HEADER_VALUES =
            List.of("application/json", "text/plain", "https://chat.example.com", "websocket", "POST");

    private final Random random;
    private final SpoiledJson spoiled;
    private final String goodKey;
    private final String spareKeyId;

    /// What answers have named lately.
    private final List<String> ids;

    private static Map<String, String> prefixes() {
        Map<String, String> prefixes = new LinkedHashMap<>();
        prefixes.put("approval_request_id", "mcpr_");
        prefixes.put("previous_response_id", "resp_");
        prefixes.put("/chat/", "chatcmpl-");
        prefixes.put("/responses/", "resp_");
        return prefixes;
    }

    /// @param spareKeyId of a key that may be changed and disabled
    RequestFuzz(Random random, String goodKey, String spareKeyId, List<String> ids) {
        this.random = random;
        this.spoiled = new SpoiledJson(random, ids);
        this.goodKey = goodKey;
        this.spareKeyId = spareKeyId;
        this.ids = ids;
    }

    /// @param event as the runtime hands it over
    record Request(String route, String event) {
        HttpRequest read() {
            return HttpRequest.read(new ByteArrayInputStream(event.getBytes(UTF_8)), "request-1");
        }
    }

    Request next() {
        Shape shape = any(SHAPES);
        String good = any(shape.bodies);
        String id = id(shape.route, good);
        String[] line = shape.route.split(" ", 2);
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("resource", "/{proxy+}");
        event.put("httpMethod", oneIn(30) ? any(METHODS) : line[0]);
        boolean proposal = line[1].contains("/proposals/");
        String path = line[1].replace(ID, id).replace(ITEM, proposal ? any(List.of("0", "1", "x")) : item(id));
        event.put("path", oneIn(30) ? spoiled.text(path) : path);
        headers(event.putObject("headers"), shape.route.contains("/organization/"));
        if (shape.route.endsWith("/file")) {
            event.putObject("queryStringParameters").put("path", oneIn(5) ? spoiled.text("b") : "src/a.txt");
        } else if (REPORTS.contains(shape.route) && oneIn(3)) {
            event.putObject("queryStringParameters").put("start_time", "1790000000");
        } else if (oneIn(3)) {
            query(event.putObject("queryStringParameters"));
        } else {
            event.putNull("queryStringParameters");
        }
        String quoted = JsonNodeFactory.instance.stringNode(id).toString();
        body(event, good.replace(ID, quoted.substring(1, quoted.length() - 1)));
        return new Request(shape.route, event.toString());
    }

    /// Mostly one of the kind that is asked for.
    private String id(String route, String body) {
        if (route.contains("/api_keys/")) {
            return oneIn(5) ? spoiled.text(spareKeyId) : spareKeyId;
        }
        String prefix = PREFIXES.entrySet().stream()
                .filter(each -> (route + body).contains(each.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse("conv_");
        List<String> known = ids.stream().filter(id -> id.startsWith(prefix)).toList();
        if (known.isEmpty() || oneIn(10)) {
            return any(List.of("resp_1", prefix + "z".repeat(26), prefix + "0".repeat(52), "..", "%2e%2e", "0"));
        }
        if (oneIn(10)) {
            return any(ids);
        }
        return oneIn(5) ? spoiled.text(any(known)) : any(known);
    }

    /// Mostly one of the conversation.
    private String item(String conversation) {
        String place = conversation.replaceFirst("conv_", "");
        List<String> known = ids.stream()
                .filter(id -> id.matches("[a-z]+_[0-9a-z]{26}_.*"))
                .filter(id -> id.contains(place))
                .toList();
        if (known.isEmpty() || oneIn(5)) {
            return any(List.of("msg_1", "..", "msg_" + "z".repeat(26) + "_0000000000" + "z".repeat(16)));
        }
        return oneIn(5) ? spoiled.text(any(known)) : any(known);
    }

    private void headers(ObjectNode headers, boolean admin) {
        if (!oneIn(25)) {
            String key = admin && !oneIn(10) ? Bench.ADMIN : goodKey;
            headers.put(cased("authorization"), oneIn(25) ? spoiled.text(key) : key);
        }
        if (oneIn(6)) {
            String key = "key-" + random.nextInt(20);
            headers.put(cased("idempotency-key"), oneIn(4) ? spoiled.text(key) : key);
        }
        while (oneIn(3)) {
            String value = any(HEADER_VALUES);
            headers.put(cased(any(HEADERS)), oneIn(2) ? spoiled.text(value) : value);
        }
        if (oneIn(200)) {
            headers.putNull("Authorization");
        }
    }

    private String cased(String name) {
        return switch (random.nextInt(3)) {
            case 0 -> name.toUpperCase(Locale.ROOT);
            case 1 ->
                name.substring(0, Math.min(1, name.length())).toUpperCase(Locale.ROOT)
                        + name.substring(Math.min(1, name.length()));
            default -> name;
        };
    }

    private void query(ObjectNode query) {
        for (int i = random.nextInt(4); i > 0; i--) {
            query.put(any(QUERY_NAMES), oneIn(6) ? spoiled.text("12") : any(QUERY_VALUES));
        }
    }

    private void body(ObjectNode event, String good) {
        String body = oneIn(4) ? good : spoiled.body(good);
        if (oneIn(200)) {
            event.putNull("body");
        } else if (oneIn(20)) {
            byte[] bytes = body.getBytes(UTF_8);
            if (bytes.length > 0 && oneIn(3)) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            event.put("body", Base64.getEncoder().encodeToString(bytes));
            event.put("isBase64Encoded", true);
        } else {
            event.put("body", body);
        }
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
