package dev.turnpike.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Where names are looked up.
public interface NameResolver {
    /// All addresses of the name, of both families.
    ///
    /// @param host a name in its canonical form, never an address
    /// @throws UnknownHostException there is none
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /// The operating system's.
    static NameResolver ofSystem() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
