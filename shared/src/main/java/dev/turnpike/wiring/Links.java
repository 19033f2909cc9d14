package dev.turnpike.wiring;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.NameResolver;
import javax.net.ssl.SSLContext;

/// What follows the links of requests. It is built when the first link is followed: most deployments follow none.
final class Links {
    private Links() {}

    static LinkedMedia followed(Settings.Media media) {
        return new LinkedMedia(media.policy(), Lazy.of(() -> {
            SSLContext tls = Egress.publicTls();
            return new Egress(media.egress(), NameResolver.ofSystem(), () -> tls);
        }));
    }
}
