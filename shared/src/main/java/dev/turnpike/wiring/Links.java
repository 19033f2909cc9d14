package dev.turnpike.wiring;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.NameResolver;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// What follows the links of requests and asks the servers of tools. It is built when it is first needed: most
/// deployments do neither.
final class Links {
    private Links() {}

    static LinkedMedia followed(Settings.Media media, Supplier<Egress> egress) {
        return new LinkedMedia(media.policy(), egress);
    }

    static Supplier<Egress> egress(Settings.Media media) {
        return Lazy.of(() -> {
            SSLContext tls = Egress.publicTls();
            return new Egress(media.egress(), NameResolver.ofSystem(), () -> tls);
        });
    }
}
