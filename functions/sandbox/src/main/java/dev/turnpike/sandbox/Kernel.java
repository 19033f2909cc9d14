package dev.turnpike.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The calls of Linux that Java has no words for.
@SuppressWarnings("restricted") // Each is a function of libc that takes numbers, and one address that is ours.
final class Kernel {
    static final int SIGKILL = 9;
    static final int SIGSTOP = 19;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle PRCTL = call(
            "prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle KILL = call("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETPGRP = call("getpgrp", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle WAITPID =
            call("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final int WNOHANG = 1;

    private Kernel() {}

    /// @return whether the kernel did it
    static boolean prctl(int option, long argument) {
        return prctl(option, argument, 0);
    }

    /// @return whether the kernel did it
    static boolean prctl(int option, long first, long second) {
        try {
            return (int) PRCTL.invokeExact(option, first, second, 0L, 0L) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("prctl can't be called", e);
        }
    }

    /// Does nothing when the process is gone.
    static void kill(int pid, int signal) {
        try {
            int _ = (int) KILL.invokeExact(pid, signal);
        } catch (Throwable e) {
            throw new IllegalStateException("kill can't be called", e);
        }
    }

    /// Takes a child that has ended out of the kernel's list; does nothing when it has not ended or is none.
    static void reap(int pid) {
        try {
            int _ = (int) WAITPID.invokeExact(pid, MemorySegment.NULL, WNOHANG);
        } catch (Throwable e) {
            throw new IllegalStateException("waitpid can't be called", e);
        }
    }

    /// Of this process.
    static int processGroup() {
        try {
            return (int) GETPGRP.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("getpgrp can't be called", e);
        }
    }

    private static MethodHandle call(String name, FunctionDescriptor shape, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, options);
    }
}
