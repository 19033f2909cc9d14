package dev.turnpike.api;

import dev.turnpike.wiring.Settings;

/// Where the wrapper script enters.
public final class ApiMain {
    private ApiMain() {}

    public static void main(String[] arguments) {
        System.out.println(Settings.fromEnvironment().deployment());
    }
}
