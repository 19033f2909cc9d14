package dev.turnpike.egress;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// A connection to an address that was checked, for one question and its answer.
///
/// It dials the [InetAddress] that the rules have seen and no name, so nothing is looked up again between the
/// check and the connection. The name is used for what it proves: the server's certificate must be for it.
/// The JDK's HTTP clients take a name and look it up themselves; to make them use a checked address one must
/// answer their look-up through an `InetAddressResolverProvider`, which is one for the whole JVM, behind a
/// cache that other threads fill, or put the address into the URL, and then the certificate is checked
/// against the address. They also bring what must stay out: proxies, authenticators, cookies, redirects,
/// reused connections. Asking one question over a socket needs none of that.
final class PinnedConnection implements Closeable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;
    private final Socket spoken;

    /// @param spoken the socket itself, or TLS above it
    private PinnedConnection(Socket socket, Socket spoken) {
        this.socket = socket;
        this.spoken = spoken;
    }

    /// @param addresses checked; the first that answers is taken
    static PinnedConnection open(WebUrl url, List<InetAddress> addresses, SSLContext context, TimeLimit time)
            throws IOException {
        Socket socket = dial(addresses, url.port(), time);
        if (!url.tls()) {
            return new PinnedConnection(socket, socket);
        }
        try {
            SSLSocket tls = (SSLSocket)
                    context.getSocketFactory().createSocket(socket, url.host().name(), url.port(), true);
            tls.setSSLParameters(verifying(tls.getSSLParameters(), url.host()));
            tls.startHandshake();
            return new PinnedConnection(socket, tls);
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
    }

    private static Socket dial(List<InetAddress> addresses, int port, TimeLimit time) throws IOException {
        IOException last = new IOException("no address");
        for (InetAddress address : addresses) {
            // No proxy of the JVM's settings: it would look up the name for itself.
            var socket = new Socket(Proxy.NO_PROXY);
            time.watch(socket);
            try {
                socket.connect(new InetSocketAddress(address, port), Math.min(CONNECT_MILLIS, time.remainingMillis()));
                return socket;
            } catch (IOException unreachable) {
                socket.close();
                last = unreachable;
            }
        }
        throw last;
    }

    private static SSLParameters verifying(SSLParameters parameters, Host host) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(host.address() == null ? List.of(new SNIHostName(host.name())) : List.of());
        return parameters;
    }

    /// The answer to a question.
    InputStream ask(byte[] question) throws IOException {
        OutputStream out = spoken.getOutputStream();
        out.write(question);
        out.flush();
        return new BufferedInputStream(spoken.getInputStream());
    }

    /// The socket itself: closing the TLS above it would wait for whoever reads.
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
