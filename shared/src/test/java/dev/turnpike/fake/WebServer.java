package dev.turnpike.fake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// An https server on this machine that answers each request as its test says, byte for byte, and closes. Its
/// certificate is for `images.test` and what is below it, `localhost` and the loopback addresses.
public final class WebServer implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: ([0-9]+)\r\n");
    private static final String PASSWORD = "not-a-secret";
    private static final String NAMES =
            "san=dns:localhost,dns:images.test,dns:*.images.test,ip:127.0.0.1,ip:127.0.0.2,ip:::1";

    private final ServerSocket server;
    private final @Nullable Site site;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong sentBytes = new AtomicLong();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /// What is behind the URLs.
    public interface Site {
        /// @param target path and query as they were sent
        void answer(String target, OutputStream out) throws IOException;
    }

    /// On a port of its own.
    public WebServer(Site site) throws IOException {
        this(InetAddress.getLoopbackAddress(), 0, site);
    }

    /// @param site null for one that is [silent][#silent()]
    public WebServer(InetAddress address, int port, @Nullable Site site) throws IOException {
        this.server = new ServerSocket(port, 50, address);
        this.site = site;
        Thread.ofVirtual().name("web-server").start(this::accept);
    }

    /// A server that takes connections and never says a word, not even of TLS.
    public static WebServer silent() throws IOException {
        return new WebServer(InetAddress.getLoopbackAddress(), 0, null);
    }

    public int port() {
        return server.getLocalPort();
    }

    /// How many it has been dialled by, whatever came of it.
    public int connections() {
        return connections.get();
    }

    /// The heads of all requests, as they came.
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /// Of the requests that had one whose length was told.
    public List<String> bodies() {
        return List.copyOf(bodies);
    }

    public long sentBytes() {
        return sentBytes.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.incrementAndGet();
                open.add(connection);
                if (site != null) {
                    Thread.ofVirtual().start(() -> serve(connection, site));
                }
            } catch (IOException closed) {
                // The test is over, which ends the loop.
            }
        }
    }

    private void serve(Socket connection, Site site) {
        try (Socket tls = Tls.SERVER.getSocketFactory().createSocket(connection, InputStream.nullInputStream(), true);
                OutputStream out = counted(tls.getOutputStream())) {
            String head = head(tls.getInputStream());
            requests.add(head);
            Matcher length = LENGTH.matcher(head);
            if (length.find()) {
                bodies.add(new String(tls.getInputStream().readNBytes(Integer.parseInt(length.group(1))), UTF_8));
            }
            site.answer(head.split(" ", 3)[1], out);
        } catch (IOException gone) {
            // Whoever asked has heard enough, or trusts nobody.
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private OutputStream counted(OutputStream out) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                out.write(bytes, from, count);
                sentBytes.addAndGet(count);
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    /// An answer of a type, whose length is told.
    public static byte[] answer(int status, String type, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        var answer = new ByteArrayOutputStream();
        answer.writeBytes("HTTP/1.1 %d Said\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(status, type, bytes.length)
                .getBytes(ISO_8859_1));
        answer.writeBytes(bytes);
        return answer.toByteArray();
    }

    /// An answer whose length is told.
    public static byte[] ok(byte[] body) {
        var answer = new ByteArrayOutputStream();
        answer.writeBytes(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(ISO_8859_1));
        answer.writeBytes(body);
        return answer.toByteArray();
    }

    public static byte[] redirect(String location) {
        return ("HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n")
                .getBytes(UTF_8);
    }

    /// Trusts these servers and nobody else.
    public static SSLContext trust() {
        return Tls.CLIENT;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    /// The key is made anew for each run of tests, so none lies in the repository.
    private static final class Tls {
        static final SSLContext SERVER;
        static final SSLContext CLIENT;

        static {
            try {
                KeyStore keys = newKey();
                KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                own.init(keys, PASSWORD.toCharArray());
                SERVER = SSLContext.getInstance("TLS");
                SERVER.init(own.getKeyManagers(), null, null);
                KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
                trusted.load(null, null);
                trusted.setCertificateEntry("server", keys.getCertificate("server"));
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
                CLIENT = SSLContext.getInstance("TLS");
                CLIENT.init(null, trust.getTrustManagers(), null);
            } catch (GeneralSecurityException broken) {
                throw new IllegalStateException(broken);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        private static KeyStore newKey() throws IOException, GeneralSecurityException {
            Path folder = Files.createTempDirectory("web-server");
            Path file = folder.resolve("keys.p12");
            try {
                Process keytool = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=images.test",
                                "-ext",
                                NAMES,
                                "-validity",
                                "2",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
                String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
                if (!Files.exists(file)) {
                    throw new IOException("keytool made no key: " + said);
                }
                return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        }
    }
}
