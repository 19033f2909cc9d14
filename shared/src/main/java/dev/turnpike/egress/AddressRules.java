package dev.turnpike.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Which addresses may be connected to: those of the public internet, and what the operator allows beside
/// them.
///
/// Sources of the blocks: IANA's registries of special-purpose addresses for IPv4 and IPv6 and of the IPv6
/// address space (2026); the documentation of Azure for its one metadata address that looks public. The other
/// clouds' lie in blocks that are closed anyway: 169.254.169.254, 100.100.100.200, 192.0.0.192,
/// fd00:ec2::254.
final class AddressRules {
    private static final List<Cidr> CLOSED = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "168.63.129.16/32", // Azure's metadata
                    "169.254.0.0/16", // link-local, metadata
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // 6to4 relays
                    "192.168.0.0/16", // private
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, broadcast
                    "::/3", // loopback, mapped and compatible IPv4, local NAT64, discarded: nothing global
                    "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "3fff::/20", // documentation
                    "4000::/2", // not assigned, segment routing
                    "8000::/1") // not assigned, private, link-local, site-local, multicast
            .map(Cidr::parse)
            .toList();

    /// Where an IPv6-only network finds the IPv4 internet: the last 32 bits are the address that is meant.
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");

    private static final int IPV4_BYTES = 4;

    private final List<Cidr> allowed;

    /// @param allowed blocks that are open although they are closed to everybody else
    AddressRules(List<Cidr> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    boolean allows(InetAddress address) {
        if (isIn(allowed, address)) {
            return true;
        }
        return NAT64.contains(address) ? allows(meant(address)) : !isIn(CLOSED, address);
    }

    /// Whether it is not public, and the operator has opened it all the same: where a network of one's own
    /// may be spoken
    /// to in the clear.
    boolean isOwn(InetAddress address) {
        return isIn(allowed, address) && isIn(CLOSED, address);
    }

    private static boolean isIn(List<Cidr> blocks, InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static InetAddress meant(InetAddress nat64) {
        byte[] bytes = nat64.getAddress();
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, bytes.length - IPV4_BYTES, bytes.length));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an IPv4 address", impossible);
        }
    }
}
