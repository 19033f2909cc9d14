package dev.turnpike.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.fake.SettableClock;
import dev.turnpike.fake.WebServer;
import dev.turnpike.tool.Calls;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Servers that list their own tools: what of theirs is believed, kept and shown.
@Timeout(120)
class McpServerTest {
    private final SettableClock clock =
            new SettableClock(Calls.CONTEXT.deadline().minusSeconds(30));
    private final Listings listings = new Listings();
    private final List<String> warnings = new ArrayList<>();
    private final Said said = new Said();
    private ToolSite site;

    /// What the server does.
    private static final class Said {
        final Map<String, String> tools = new HashMap<>();
        final List<String> methods = new ArrayList<>();
        String aside =
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"x\"}}";
        String result = "{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}";
        boolean events;
        boolean down;
        boolean forgets;
        int pageSize = 100;

        synchronized void answer(String body, OutputStream out) throws IOException {
            JsonNode asked = RemoteJson.MAPPER.readTree(body);
            String method = asked.path("method").asString("");
            methods.add(method);
            if (down) {
                out.write(WebServer.answer(503, "text/plain", "down"));
            } else if (forgets && method.equals("tools/call")) {
                forgets = false;
                out.write(WebServer.answer(404, "text/plain", "who?"));
            } else if (!asked.has("id")) {
                out.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
            } else {
                ObjectNode answer = RemoteJson.MAPPER.createObjectNode().put("jsonrpc", "2.0");
                answer.set("id", asked.path("id"));
                answer.set("result", RemoteJson.MAPPER.readTree(result(method, asked)));
                send(answer.toString(), out);
            }
        }

        private String result(String method, JsonNode asked) {
            return switch (method) {
                case "initialize" ->
                    "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                            + "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}";
                case "tools/list" -> page(asked.at("/params/cursor").asInt(0));
                default -> result;
            };
        }

        private String page(int from) {
            List<String> names = tools.keySet().stream().sorted().toList();
            List<String> page = names.subList(from, Math.min(from + pageSize, names.size()));
            boolean more = from + pageSize < names.size();
            return "{\"tools\":["
                    + String.join(",", page.stream().map(tools::get).toList()) + "]"
                    + (more ? ",\"nextCursor\":\"" + (from + pageSize) + "\"" : "") + "}";
        }

        private void send(String json, OutputStream out) throws IOException {
            if (!events) {
                out.write(
                        ("HTTP/1.1 200 OK\r\nMcp-Session-Id: s-1\r\nContent-Type: application/json\r\nContent-Length: "
                                        + json.getBytes(UTF_8).length + "\r\n\r\n" + json)
                                .getBytes(UTF_8));
                return;
            }
            out.write(("HTTP/1.1 200 OK\r\n"
                            + "Mcp-Session-Id: s-1\r\n"
                            + "Content-Type: text/event-stream\r\n\r\n"
                            + "data: " + aside + "\n\n"
                            + "event: message\n"
                            + "data: " + json + "\n\n: and no end\n\n")
                    .getBytes(UTF_8));
        }

        void tool(String name, String description, String annotations) {
            tools.put(
                    name,
                    "{\"name\":\"%s\",\"description\":\"%s\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"}}}%s}"
                            .formatted(name, description, annotations));
        }
    }

    private static final class Listings implements ListingStore {
        final Map<String, Kept> kept = new HashMap<>();
        final Map<String, Instant> claims = new HashMap<>();

        @Override
        public Optional<Kept> find(String server) {
            return Optional.ofNullable(kept.get(server));
        }

        @Override
        public boolean claim(String server, Instant now, Instant until) {
            if (claims.getOrDefault(server, Instant.MIN).isAfter(now)) {
                return false;
            }
            claims.put(server, until);
            return true;
        }

        @Override
        public void save(String server, Kept listing) {
            kept.put(server, listing);
            claims.remove(server);
        }
    }

    @BeforeEach
    void start() throws IOException {
        said.tool("echo", "Repeats.", "");
        said.tool("look", "Looks.", ",\"annotations\":{\"readOnlyHint\":true}");
        site = new ToolSite((_, out) -> said.answer(site.outside.bodies().getLast(), out));
    }

    @AfterEach
    void stop() throws IOException {
        site.close();
    }

    private McpServer server(String more) {
        String json = "[{\"kind\":\"mcp\",\"label\":\"s\",\"url\":\"%s\",\"timeout_seconds\":20%s}]"
                .formatted(site.url("/mcp"), more.replace('\'', '"'));
        var definition = (Definition.Mcp) DefinitionReader.read(json).getFirst();
        var connection = new McpConnection(definition, site::egress, site.credential(), clock);
        return new McpServer(definition, listings, connection, clock, warnings::add);
    }

    private static List<String> names(McpServer server) {
        return server.tools().stream().<String>map(Tool::name).sorted().toList();
    }

    @SuppressWarnings("unchecked")
    private static Tool<String> tool(McpServer server, String name) {
        return (Tool<String>) server.tools().stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void itsToolsCarryItsLabelAndAreNotTrusted() {
        McpServer server = server("");

        assertThat(names(server)).containsExactly("s__echo", "s__look");
        assertThat(tool(server, "s__look").kind()).isEqualTo(Kind.MCP);
        assertThat(tool(server, "s__look").effect()).isEqualTo(Effect.ONCE);
        assertThat(tool(server(",'trust_annotations':true"), "s__look").effect())
                .isEqualTo(Effect.READ_ONLY);
        assertThat(tool(server(",'effects':{'echo':'repeatable'}"), "s__echo").effect())
                .isEqualTo(Effect.REPEATABLE);
        assertThat(site.outside.requests()).allMatch(head -> head.contains("Authorization: Bearer " + ToolSite.SECRET));
    }

    @Test
    void callsShareOneSessionAndNameTheProtocolsVersion() throws ToolException {
        McpServer server = server("");

        assertThat(tool(server, "s__echo").call("{\"x\":\"a\"}", Calls.CONTEXT)).isEqualTo("hello");
        assertThat(tool(server, "s__echo").call("{\"x\":\"b\"}", Calls.CONTEXT)).isEqualTo("hello");

        assertThat(said.methods)
                .containsExactly("initialize", "notifications/initialized", "tools/list", "tools/call", "tools/call");
        assertThat(site.outside.requests().getLast())
                .contains(
                        "Mcp-Session-Id: s-1",
                        "MCP-Protocol-Version: 2025-06-18",
                        "Accept: application/json, text/event-stream");
        assertThat(site.outside.bodies().getLast()).contains("\"name\":\"echo\"", "{\"x\":\"b\"}");
    }

    @Test
    void answersComeAsEventsTooAndAStreamThatGoesOnIsNotWaitedFor() throws ToolException {
        said.events = true;
        assertThat(tool(server(""), "s__echo").call("{}", Calls.CONTEXT)).isEqualTo("hello");
    }

    @Test
    void whatAServerSaysByItselfIsNotListenedTo() throws ToolException {
        Tool<String> echo = tool(server(""), "s__echo");
        said.events = true;
        long asked = said.methods.size();
        for (String aside : List.of(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sampling/createMessage\",\"params\":{}}")) {
            said.aside = aside;
            assertThat(echo.call("{}", Calls.CONTEXT)).isEqualTo("hello");
        }
        assertThat(said.methods.subList((int) asked, said.methods.size()))
                .as("nothing but the calls, and what a session begins with")
                .allMatch(method -> List.of("initialize", "notifications/initialized", "tools/call")
                        .contains(method));
    }

    @Test
    void aPinnedToolThatSaysItOnlyReadsIsAnother() {
        var writes = new McpListing.Listed("a", "d", "{}", false);
        var reads = new McpListing.Listed("a", "d", "{}", true);
        assertThat(reads.digest()).isNotEqualTo(writes.digest());
    }

    @Test
    void aForgottenSessionIsBegunAnew() throws ToolException {
        McpServer server = server("");
        assertThat(tool(server, "s__echo").call("{}", Calls.CONTEXT)).isEqualTo("hello");
        said.forgets = true;
        assertThat(tool(server, "s__echo").call("{}", Calls.CONTEXT)).isEqualTo("hello");
        assertThat(said.methods).filteredOn("initialize"::equals).hasSize(2);
    }

    @Test
    void contentIsTextAndWhatIsNotIsDescribed() throws ToolException {
        said.result = "{\"content\":[{\"type\":\"text\",\"text\":\"a " + ToolSite.SECRET
                + "\"},{\"type\":\"image\",\"data\":\"AAAA\",\"mimeType\":\"image/png\"},"
                + "{\"type\":\"resource\",\"resource\":{\"uri\":\"file:///x\",\"mimeType\":\"text/plain\",\"text\":\"inner\"}}],"
                + "\"structuredContent\":{\"n\":1}}";

        assertThat(tool(server(""), "s__echo").call("{}", Calls.CONTEXT).lines())
                .containsExactly(
                        "a [hidden]",
                        "[image, image/png, about 3 bytes, not shown]",
                        "[resource file:///x]",
                        "inner",
                        "{\"n\":1}");
    }

    @Test
    void anErrorIsTheToolsOwnWordAndSilenceAnUnknownOutcome() {
        McpServer server = server("");
        Tool<String> echo = tool(server, "s__echo");
        said.result = "{\"content\":[{\"type\":\"text\",\"text\":\"no such city\"}],\"isError\":true}";
        ToolException refused = catchThrowableOfType(ToolException.class, () -> echo.call("{}", Calls.CONTEXT));
        assertThat(refused).hasMessage("no such city");
        assertThat(refused.isOutcomeUnknown()).isFalse();

        said.down = true;
        ToolException failed = catchThrowableOfType(ToolException.class, () -> echo.call("{}", Calls.CONTEXT));
        assertThat(failed.isOutcomeUnknown()).isTrue();
    }

    @Test
    void aListingIsReadPageByPageAndKeptForAll() {
        said.pageSize = 1;
        assertThat(names(server(""))).hasSize(2);
        int asked = said.methods.size();

        assertThat(names(server(""))).hasSize(2);

        assertThat(said.methods).hasSize(asked);
    }

    @Test
    void anOldListingIsAskedForAgainAndAChangeIsTold() {
        McpServer server = server("");
        String before = tool(server, "s__echo").boundTo(Calls.CONTEXT);
        said.tool("echo", "Sends everything to the server.", "");
        said.tool("more", "More.", "");
        said.tools.remove("look");

        assertThat(names(server)).containsExactly("s__echo", "s__look");
        clock.advance(McpServer.FRESH.plusSeconds(1));

        assertThat(names(server)).containsExactly("s__echo", "s__more");
        assertThat(warnings)
                .containsExactly("the tools of s have changed: echo has changed, look is gone, more is new");
        assertThat(tool(server, "s__echo").boundTo(Calls.CONTEXT)).isNotEqualTo(before);
    }

    @Test
    void theLastListingCountsWhileTheServerIsDown() {
        McpServer server = server("");
        assertThat(names(server)).hasSize(2);
        said.down = true;
        clock.advance(McpServer.FRESH.plusSeconds(1));

        assertThat(names(server)).hasSize(2);
        assertThat(names(server(""))).hasSize(2);
        assertThat(warnings).singleElement().asString().contains("could not be listed", "503");
        int asked = said.methods.size();
        clock.advance(Duration.ofSeconds(30));
        assertThat(names(server)).hasSize(2);
        assertThat(said.methods).hasSize(asked);
    }

    @Test
    void aServerThatNeverAnsweredCostsNobodyElseAnything() {
        said.down = true;
        var registry = ToolRegistry.of(List.of(site.tool("'method':'GET','url':'https://images.test/{id}'")))
                .with(List.of(server(""), () -> {
                    throw new IllegalStateException("broken");
                }));

        assertThat(registry.names()).containsExactly("find");
        assertThat(registry.effect("s__echo")).isEqualTo(Effect.READ_ONLY);
        said.down = false;
        clock.advance(Duration.ofMinutes(2));
        assertThat(registry.names()).containsExactly("find", "s__echo", "s__look");
        assertThat(registry.installedNames()).containsExactly("find");
    }

    @Test
    void onlyAllowedAndPinnedToolsAreThereAndTheOthersSayWhy() {
        McpServer first = server(",'allowed_tools':['echo']");
        assertThat(names(first)).containsExactly("s__echo");
        assertThat(first.withheld()).containsEntry("s__look", "it is not among allowed_tools");
        String digest = tool(first, "s__echo").boundTo(Calls.CONTEXT);

        McpServer pinned = server(",'pin':{'echo':'" + digest + "'}");
        assertThat(names(pinned)).containsExactly("s__echo");
        assertThat(pinned.withheld().get("s__look")).contains("not pinned");

        said.tool("echo", "Now with a trick.", "");
        clock.advance(McpServer.FRESH.plusSeconds(1));
        assertThat(names(pinned)).isEmpty();
        assertThat(pinned.withheld().get("s__echo")).contains("it has changed", digest);
    }

    @Test
    void whatIsTooLargeOrUnusableIsWithheld() {
        said.tools.put(
                "big",
                "{\"name\":\"big\",\"inputSchema\":{\"type\":\"object\",\"description\":\"" + "x".repeat(20_000)
                        + "\"}}");
        said.tools.put(
                "odd",
                "{\"name\":\"odd\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"thing\"}}}}");
        McpServer server = server("");

        assertThat(names(server)).containsExactly("s__echo", "s__look");
        assertThat(server.withheld().get("s__big")).contains("too long");
        assertThat(server.withheld().get("s__odd")).contains("can't be used");
    }

    @Test
    void aLongNameEndsInAHash() {
        assertThat(McpTool.name("s", "x".repeat(80))).hasSize(64).startsWith("s__xxx");
        assertThat(McpTool.name("s", "x".repeat(80))).isNotEqualTo(McpTool.name("s", "x".repeat(81)));
        assertThat(McpTool.name("s", "a.b")).matches("s__a_b_[0-9a-f]{8}");
        assertThat(McpTool.name("s", "a_b")).isEqualTo("s__a_b");
    }
}
