package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Fetches what an https URL of a caller or a model leads to, and asks servers that the operator named.
///
/// Each hop, the first and every redirect, is a URL of its own: its host is looked up once, all of its
/// addresses must be open, and the connection goes to one of those. With what is fetched nothing of ours goes
/// along: no key, cookie or client certificate. Bytes, time and redirects are bounded.
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
            WebUrl at = WebUrl.read(url, ports);
            return follow(new WebRequest("GET", url, Map.of(), null), at, time, (head, body) -> {
                if (head.status() != 200) {
                    throw new EgressException(Reason.STATUS, "its server answered with status " + head.status());
                }
                return body.upTo(limits.bytes());
            });
        }
    }

    /// Asks a server that the operator named, whatever status it answers with. Redirects of a GET are
    /// followed, without the request's headers where they lead to another origin; other redirects are
    /// answers. Http leads to addresses only that are not public and that the operator has opened.
    ///
    /// @param time for all of it, the reading included
    /// @throws EgressException there was no answer; it says whether the server was
    ///     [asked][EgressException#asked()]
    public <T> T ask(WebRequest request, Duration time, WebAnswer.Reader<T> reader) throws EgressException {
        try (var limit = new TimeLimit(time)) {
            WebUrl at = WebUrl.readOwn(request.url(), ports);
            Reading<T> reading = (head, body) -> reader.read(new WebAnswer(head.status(), head.headers(), body));
            return request.method().equals("GET")
                    ? follow(request, at, limit, reading)
                    : exchange(request, at, limit, reading);
        }
    }

    private interface Reading<T> {
        T read(ResponseHead head, ResponseBody body) throws IOException, EgressException;
    }

    /// What comes of one hop.
    private sealed interface Hop<T> {
        record Arrived<T>(T value) implements Hop<T> {}

        record Redirected<T>(WebUrl to) implements Hop<T> {}
    }

    private <T> T follow(WebRequest request, WebUrl first, TimeLimit time, Reading<T> reading) throws EgressException {
        WebUrl at = first;
        WebRequest asked = request;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            WebUrl here = at;
            if (!here.sameOrigin(first)) {
                // For good: a stranger that sends us back must not choose what is asked with credentials.
                asked = request.forStrangers();
            }
            Hop<T> hop = exchange(
                    asked,
                    here,
                    time,
                    (head, body) -> isRedirect(head.status())
                            ? new Hop.Redirected<>(here.redirected(
                                    head.header("location").orElseThrow(EgressException::unreadable), ports))
                            : new Hop.Arrived<>(reading.read(head, body)));
            switch (hop) {
                case Hop.Arrived<T>(T value) -> {
                    return value;
                }
                case Hop.Redirected<T>(WebUrl to) -> at = to;
            }
        }
        throw new EgressException(Reason.REDIRECTS, "it redirects more than " + MOST_REDIRECTS + " times");
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private <T> T exchange(WebRequest request, WebUrl at, TimeLimit time, Reading<T> reading) throws EgressException {
        try (PinnedConnection connection = connect(at, time)) {
            return answer(connection, request.written(at), reading);
        } catch (IOException _) {
            throw time.orTimeout(EgressException.unreadable()).afterAsking();
        }
    }

    /// Whatever goes wrong from here on, the server may have been asked.
    private static <T> T answer(PinnedConnection connection, byte[] question, Reading<T> reading)
            throws IOException, EgressException {
        try {
            InputStream in = connection.ask(question);
            ResponseHead head = ResponseHead.read(in);
            return reading.read(head, ResponseBody.of(in, head));
        } catch (EgressException failed) {
            throw failed.afterAsking();
        }
    }

    private PinnedConnection connect(WebUrl url, TimeLimit time) throws EgressException {
        try {
            return PinnedConnection.open(url, checked(url, time), tls.get(), time);
        } catch (IOException _) {
            throw time.orTimeout(EgressException.unreachable());
        }
    }

    /// All addresses of a host. One that is closed closes the host: an open one beside it is there to
    /// distract.
    private List<InetAddress> checked(WebUrl url, TimeLimit time) throws IOException, EgressException {
        List<InetAddress> addresses = addresses(url.host(), time);
        if (!addresses.stream().allMatch(url.tls() ? rules::allows : rules::isOwn)) {
            throw EgressException.unreachable();
        }
        return addresses;
    }

    private List<InetAddress> addresses(Host host, TimeLimit time) throws IOException {
        @Nullable InetAddress literal = host.address();
        return literal == null ? time.within(() -> names.resolve(host.name())) : List.of(literal);
    }
}
