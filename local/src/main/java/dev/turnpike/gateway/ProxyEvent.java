package dev.turnpike.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A request as API Gateway's REST proxy integration hands it to a function (payload version 1.0).
final class ProxyEvent {
    /// They belong to one connection, so API Gateway passes none of them on; an offer to upgrade to HTTP/2 with them.
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "http2-settings");

    private static final Pattern PAIR = Pattern.compile("&");
    private static final JsonMapper MAPPER = new JsonMapper();

    private ProxyEvent() {}

    /// @param body the request's bytes; invalid UTF-8 arrives as replacement characters, as it does from API Gateway
    static byte[] of(HttpExchange exchange, byte[] body, Instant now) {
        String path = exchange.getRequestURI().getPath();
        ObjectNode event = MAPPER.createObjectNode()
                .put("resource", "/{proxy+}")
                .put("path", path)
                .put("httpMethod", exchange.getRequestMethod());
        putValues(event, "headers", "multiValueHeaders", headers(exchange));
        putValues(
                event,
                "queryStringParameters",
                "multiValueQueryStringParameters",
                query(exchange.getRequestURI().getRawQuery()));
        event.putObject("pathParameters").put("proxy", path.substring(1));
        event.putNull("stageVariables");
        putContext(event.putObject("requestContext"), exchange, now);
        event.put("body", body.length == 0 ? null : new String(body, UTF_8));
        event.put("isBase64Encoded", false);
        return MAPPER.writeValueAsBytes(event);
    }

    private static void putContext(ObjectNode context, HttpExchange exchange, Instant now) {
        context.put("requestId", UUID.randomUUID().toString())
                .put("accountId", "000000000000")
                .put("apiId", "local")
                .put("stage", "local")
                .put("protocol", exchange.getProtocol())
                .put("httpMethod", exchange.getRequestMethod())
                .put("path", exchange.getRequestURI().getPath())
                .put("resourcePath", "/{proxy+}")
                .put("requestTimeEpoch", now.toEpochMilli());
        context.putObject("identity")
                .put("sourceIp", sourceIp(exchange))
                .put("userAgent", exchange.getRequestHeaders().getFirst("User-Agent"));
    }

    private static Map<String, List<String>> headers(HttpExchange exchange) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, values);
            }
        });
        headers.put("X-Forwarded-For", List.of(sourceIp(exchange)));
        headers.put("X-Forwarded-Port", List.of("" + exchange.getLocalAddress().getPort()));
        headers.put("X-Forwarded-Proto", List.of("http"));
        return headers;
    }

    private static Map<String, List<String>> query(@Nullable String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (raw != null && !raw.isEmpty()) {
            PAIR.splitAsStream(raw).forEach(pair -> {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                query.computeIfAbsent(decode(name), _ -> new ArrayList<>()).add(decode(value));
            });
        }
        return query;
    }

    /// A stray percent sign stays what it is.
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    /// The single-value map holds the last value of each name. Both are null when there is none.
    private static void putValues(ObjectNode event, String single, String multi, Map<String, List<String>> values) {
        if (values.isEmpty()) {
            event.putNull(single);
            event.putNull(multi);
            return;
        }
        ObjectNode last = event.putObject(single);
        ObjectNode all = event.putObject(multi);
        values.forEach((name, list) -> {
            last.put(name, list.getLast());
            list.forEach(all.withArray(name)::add);
        });
    }

    private static String sourceIp(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }
}
