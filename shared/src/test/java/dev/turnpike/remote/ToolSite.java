package dev.turnpike.remote;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnpike.egress.Cidr;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressSettings;
import dev.turnpike.fake.WebServer;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.tool.Calls;
import dev.turnpike.tool.Tool;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A server that tools of the operator's ask, at an address that is open, and one inside, at the same port of an
/// address that is closed.
final class ToolSite implements AutoCloseable {
    static final String OPEN = "127.0.0.2";
    static final String CLOSED = "127.0.0.1";
    static final String SECRET = "sk-secret-of-the-tool";

    final WebServer outside;
    final WebServer inside;
    private final Map<String, Deque<List<InetAddress>>> names = new ConcurrentHashMap<>();

    ToolSite(WebServer.Site site) throws IOException {
        outside = server(OPEN, 0, site);
        inside = server(CLOSED, outside.port(), (_, out) -> out.write(WebServer.answer(200, "text/plain", "inside")));
        name("images.test", OPEN);
    }

    private static WebServer server(String address, int port, WebServer.Site site) throws IOException {
        try {
            return new WebServer(InetAddress.ofLiteral(address), port, site);
        } catch (BindException elsewhere) {
            assumeTrue(false, "this machine has no loopback address " + address + ", or port " + port + " is taken");
            throw elsewhere;
        }
    }

    /// The next answer to whoever looks the name up; the last one stays.
    ToolSite name(String name, String... addresses) {
        names.computeIfAbsent(name, _ -> new ArrayDeque<>())
                .add(Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
        return this;
    }

    private List<InetAddress> resolve(String name) throws UnknownHostException {
        Deque<List<InetAddress>> answers = names.get(name);
        if (answers == null) {
            throw new UnknownHostException(name);
        }
        synchronized (answers) {
            return answers.size() > 1 ? answers.pop() : answers.element();
        }
    }

    Egress egress() {
        var settings = new EgressSettings(List.of(Cidr.parse(OPEN + "/32")), Set.of(443, outside.port()));
        return new Egress(settings, this::resolve, WebServer::trust);
    }

    /// What is outside.
    String url(String target) {
        return "https://images.test:" + outside.port() + target;
    }

    /// @param fields behind kind, name, description and parameters, with single quotes; `{port}` is both servers'
    Tool<String> tool(String fields) {
        return tool(fields, () -> SECRET);
    }

    Tool<String> tool(String fields, ProviderKey key) {
        String json = ("[{'kind':'http','name':'find','description':'Finds.','parameters':{'type':'object',"
                        + "'properties':{'id':{'type':'string'},'q':{'type':'string'},'n':{'type':'integer'}},"
                        + "'required':['id']}," + fields.replace("{port}", "" + outside.port()) + "}]")
                .replace('\'', '"');
        var definition = (Definition.Http) DefinitionReader.read(json).getFirst();
        return new HttpTool(
                definition,
                this::egress,
                Credential.of(definition.secret(), _ -> key),
                InstantSource.fixed(Calls.CONTEXT.deadline().minusSeconds(30)));
    }

    Credential credential() {
        return new Credential(Optional.of(new Definition.Secret("arn", "Authorization", "Bearer ")), () -> SECRET);
    }

    @Override
    public void close() throws IOException {
        outside.close();
        inside.close();
    }
}
