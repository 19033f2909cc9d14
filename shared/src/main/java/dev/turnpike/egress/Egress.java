package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Fetches what an https URL of a caller or a model leads to.
///
/// Each hop, the first and every redirect, is a URL of its own: its host is looked up once, all of its addresses must
/// be open, and the connection goes to one of those. Nothing of ours goes along: no key, cookie or client certificate.
/// Bytes, time and redirects are bounded.
///
/// Safe for use by several threads.
public final class Egress {
    static final int MOST_REDIRECTS = 5;

    private final AddressRules rules;
    private final Set<Integer> ports;
    private final NameResolver names;
    private final Supplier<SSLContext> tls;

    /// @param tls whom to trust, asked for at each connection
    public Egress(EgressSettings settings, NameResolver names, Supplier<SSLContext> tls) {
        this.rules = new AddressRules(settings.allowed());
        this.ports = settings.ports();
        this.names = names;
        this.tls = tls;
    }

    /// Trusts whom the JDK trusts, and has no certificate of its own to show.
    public static SSLContext publicTls() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("the JDK has no TLS", broken);
        }
    }

    /// @throws EgressException it can't be had, or must not; the message says why
    public byte[] fetch(String url, FetchLimits limits) throws EgressException {
        try (var time = new TimeLimit(limits.time())) {
            var body = new ByteArrayOutputStream();
            HttpsUrl at = HttpsUrl.read(url, ports);
            for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
                Optional<HttpsUrl> next = get(at, limits.bytes(), body, time);
                if (next.isEmpty()) {
                    return body.toByteArray();
                }
                at = next.get();
            }
            throw new EgressException(Reason.REDIRECTS, "it redirects more than " + MOST_REDIRECTS + " times");
        }
    }

    /// @param body gets what the URL leads to
    /// @return where else it leads instead; empty for nowhere
    private Optional<HttpsUrl> get(HttpsUrl url, int mostBytes, ByteArrayOutputStream body, TimeLimit time)
            throws EgressException {
        try (PinnedConnection connection = connect(url, time)) {
            InputStream in = connection.get(url);
            ResponseHead head = ResponseHead.read(in);
            return switch (head.status()) {
                case 200 -> {
                    ResponseBody.read(in, head, mostBytes, body);
                    yield Optional.empty();
                }
                case 301, 302, 303, 307, 308 ->
                    Optional.of(
                            url.redirected(head.header("location").orElseThrow(EgressException::unreadable), ports));
                default -> throw new EgressException(Reason.STATUS, "its server answered with status " + head.status());
            };
        } catch (IOException _) {
            throw time.orTimeout(EgressException.unreadable());
        }
    }

    private PinnedConnection connect(HttpsUrl url, TimeLimit time) throws EgressException {
        try {
            return PinnedConnection.open(url, checked(url.host(), time), tls.get(), time);
        } catch (IOException _) {
            throw time.orTimeout(EgressException.unreachable());
        }
    }

    /// All addresses of a host. One that is closed closes the host: an open one beside it is there to distract.
    private List<InetAddress> checked(Host host, TimeLimit time) throws IOException, EgressException {
        List<InetAddress> addresses = addresses(host, time);
        if (!addresses.stream().allMatch(rules::allows)) {
            throw EgressException.unreachable();
        }
        return addresses;
    }

    private List<InetAddress> addresses(Host host, TimeLimit time) throws IOException {
        @Nullable InetAddress literal = host.address();
        return literal == null ? time.within(() -> names.resolve(host.name())) : List.of(literal);
    }
}
