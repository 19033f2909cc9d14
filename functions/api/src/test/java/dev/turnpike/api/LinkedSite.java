package dev.turnpike.api;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.admission.LinkedMedia.Policy;
import dev.turnpike.egress.Cidr;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressSettings;
import dev.turnpike.fake.WebServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A web of two servers: one that plays a public one, at an address that the operator opens, and one inside, at the
/// same port of an address that stays closed.
final class LinkedSite implements AutoCloseable {
    static final String OPEN = "127.0.0.2";
    static final String CLOSED = "127.0.0.1";
    static final byte[] PNG = Base64.getDecoder().decode("iVBORw0KGgo=");
    static final String PNG_DATA = "data:image/png;base64,iVBORw0KGgo=";

    final WebServer outside;
    final WebServer inside;
    private final Map<String, Deque<List<InetAddress>>> names = new ConcurrentHashMap<>();

    LinkedSite(WebServer.Site site) throws IOException {
        outside = server(OPEN, 0, site);
        inside = server(CLOSED, outside.port(), (_, out) -> out.write(WebServer.ok(PNG)));
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
    LinkedSite name(String name, String... addresses) {
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

    Bench bench() {
        return bench(Policy.FETCH);
    }

    Bench bench(Policy policy) {
        var settings = new EgressSettings(List.of(Cidr.parse(OPEN + "/32")), Set.of(443, outside.port()));
        return new Bench(new LinkedMedia(policy, () -> new Egress(settings, this::resolve, WebServer::trust)));
    }

    /// What is outside.
    String url(String target) {
        return "https://images.test:" + outside.port() + target;
    }

    @Override
    public void close() throws IOException {
        outside.close();
        inside.close();
    }
}
