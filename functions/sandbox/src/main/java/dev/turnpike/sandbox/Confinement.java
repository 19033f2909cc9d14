package dev.turnpike.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// What keeps commands away from this JVM and from everything that it can reach, on a machine that offers nothing but
/// Linux: they are of the same user.
final class Confinement {
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int CAPABILITIES = 64;

    private final SyscallProgram filter;

    private Confinement(SyscallProgram filter) {
        this.filter = filter;
    }

    /// Closes this JVM's memory, environment and open files to all others, and makes it the parent of every process
    /// whose own parent ends: none gets away by forking twice.
    ///
    /// @throws IllegalStateException the machine can't do it; no command may run then
    static Confinement ofThisProcess() {
        require(Kernel.prctl(PR_SET_DUMPABLE, 0), "can't close its memory to other processes");
        require(Kernel.prctl(PR_SET_CHILD_SUBREAPER, 1), "can't keep hold of its descendants");
        int jvm = Math.toIntExact(ProcessHandle.current().pid());
        return new Confinement(SyscallFilter.ofThisMachine().program(crowds(jvm)));
    }

    /// Whom kill may not be aimed at: this JVM, everybody, its group by either name, and, where a command shares that
    /// group, the sender's own.
    private static List<Integer> crowds(int jvm) {
        List<Integer> targets = new ArrayList<>(List.of(jvm, -1, -jvm, -Kernel.processGroup()));
        if (!CommandLine.hasOwnGroup()) {
            targets.add(0);
        }
        return targets;
    }

    /// Starts a process that may do less than this one. What is taken away is taken from the thread that starts it,
    /// whence the process inherits it; so it is a thread that does nothing else.
    ///
    /// @throws IOException it could not be started
    /// @throws IllegalStateException the machine can't confine it
    Process start(ProcessBuilder command) throws IOException {
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread.ofPlatform().name("start").start(() -> {
            try {
                confineThisThread();
                started.complete(command.start());
            } catch (IOException | RuntimeException e) {
                started.completeExceptionally(e);
            }
        });
        try {
            return started.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("a command can't be confined", e.getCause());
        }
    }

    private void confineThisThread() {
        for (int capability = 0; capability < CAPABILITIES; capability++) {
            // Fails for those that the kernel does not know, and for all where there are none to drop.
            Kernel.prctl(PR_CAPBSET_DROP, capability);
        }
        require(Kernel.prctl(PR_SET_NO_NEW_PRIVS, 1), "can't rule out new privileges");
        try (Arena arena = Arena.ofConfined()) {
            long program = filter.in(arena).address();
            require(Kernel.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program), "can't filter calls of the kernel");
        }
    }

    private static void require(boolean done, String otherwise) {
        if (!done) {
            throw new IllegalStateException("the sandbox " + otherwise);
        }
    }
}
