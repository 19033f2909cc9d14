package dev.turnpike.emulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// A port for the emulators, which can't be asked to pick one and tell it.
///
/// Another program may take the port between the look and its use: the emulator then fails to start and says so.
final class FreePort {
    private FreePort() {}

    static int find() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
