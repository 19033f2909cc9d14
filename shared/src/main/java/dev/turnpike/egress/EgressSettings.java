package dev.turnpike.egress;

import java.util.List;
import java.util.Set;

/// What the operator opens.
///
/// @param allowed blocks of addresses that may be connected to although they are not public
/// @param ports those that URLs may name
public record EgressSettings(List<Cidr> allowed, Set<Integer> ports) {
    public EgressSettings {
        allowed = List.copyOf(allowed);
        ports = Set.copyOf(ports);
    }
}
