package dev.turnpike.wiring;

import dev.turnpike.admission.LinkedMedia;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.NameResolver;
import javax.net.ssl.SSLContext;

/// What follows the links of requests. Whom to trust is loaded when the first link is followed: most deployments
/// follow none.
final class Links {
    private Links() {}

    static LinkedMedia followed(Settings.Media media) {
        Lazy<SSLContext> tls = Lazy.of(Egress::publicTls);
        return new LinkedMedia(media.policy(), new Egress(media.egress(), NameResolver.ofSystem(), tls));
    }
}
