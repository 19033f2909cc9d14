package dev.turnpike.sandbox;

import java.util.List;

/// Calls of the kernel that commands may not make, as a program for its filter (seccomp).
///
/// No sockets, and so no network, no Runtime API and no credentials endpoint, whatever the machine offers; nothing that
/// looks into or signals this JVM; no namespaces of its own; nothing that stays when its processes have ended.
///
/// @param architecture as the kernel numbers it
/// @param refused calls that fail whatever they ask for
/// @param aimed calls that fail when their first argument is this JVM
/// @param kill fails when its first argument is this JVM or a crowd that it is in
/// @param fork is clone, which fails when it asks for namespaces
record SyscallFilter(int architecture, List<Integer> refused, List<Integer> aimed, int kill, int fork) {
    private static final int ALLOW = 0x7fff0000;
    private static final int FAIL = 0x00050000; // and an error number
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    private static final int LOAD = 0x20;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int CALL_OFFSET = 0;
    private static final int ARCHITECTURE_OFFSET = 4;
    private static final int FIRST_ARGUMENT_OFFSET = 16;

    /// Their numbers on amd64 and on aarch64. The two that set priorities can mean all processes of a user, tkill says
    /// no process, and the last ones came when all architectures were numbered alike.
    private static final String REFUSED = """
        socket 41 198
        shmget 29 194
        semget 64 190
        msgget 68 186
        mq_open 240 180
        ptrace 101 117
        process_vm_readv 310 270
        process_vm_writev 311 271
        kcmp 312 272
        pivot_root 155 41
        chroot 161 51
        mount 165 40
        umount2 166 39
        unshare 272 97
        setns 308 268
        init_module 175 105
        finit_module 313 273
        kexec_load 246 104
        kexec_file_load 320 294
        add_key 248 217
        request_key 249 218
        keyctl 250 219
        perf_event_open 298 241
        bpf 321 280
        userfaultfd 323 282
        name_to_handle_at 303 264
        open_by_handle_at 304 265
        setpriority 141 140
        ioprio_set 251 30
        tkill 200 130
        pidfd_send_signal 424 424
        io_uring_setup 425 425
        io_uring_enter 426 426
        io_uring_register 427 427
        open_tree 428 428
        move_mount 429 429
        fsopen 430 430
        fsconfig 431 431
        fsmount 432 432
        fspick 433 433
        pidfd_open 434 434
        pidfd_getfd 438 438
        process_madvise 440 440
        mount_setattr 442 442
        process_mrelease 448 448
        """;

    private static final String AIMED = """
        tgkill 234 131
        rt_sigqueueinfo 129 138
        rt_tgsigqueueinfo 297 240
        prlimit64 302 261
        sched_setparam 142 118
        sched_setscheduler 144 119
        sched_setaffinity 203 122
        sched_setattr 314 274
        """;

    /// Its flags are in memory, where no filter sees them. Told that there is none, libc takes clone.
    private static final int CLONE3 = 435;

    /// All CLONE_NEW flags of clone.
    private static final int NAMESPACES = 0x7e020000;

    /// On amd64 calls with numbers above are the same ones under other numbers.
    private static final int X32_CALLS = 0x40000000;

    /// @throws IllegalStateException there is none for this machine
    static SyscallFilter ofThisMachine() {
        String machine = System.getProperty("os.arch");
        return switch (machine) {
            case "amd64" -> new SyscallFilter(0xc000003e, column(REFUSED, 1), column(AIMED, 1), 62, 56);
            case "aarch64" -> new SyscallFilter(0xc00000b7, column(REFUSED, 2), column(AIMED, 2), 129, 220);
            default -> throw new IllegalStateException("no filter of calls is known for " + machine);
        };
    }

    private static List<Integer> column(String table, int column) {
        return table.lines()
                .map(line -> Integer.valueOf(line.split(" ", -1)[column]))
                .toList();
    }

    /// @param spared whom kill may not be aimed at; the first one is this JVM
    SyscallProgram program(List<Integer> spared) {
        var program = new SyscallProgram();
        program.add(LOAD, 0, 0, ARCHITECTURE_OFFSET);
        failUnlessEqual(program, architecture);
        program.add(LOAD, 0, 0, CALL_OFFSET);
        program.add(IF_AT_LEAST, 0, 1, X32_CALLS);
        program.add(RETURN, 0, 0, FAIL | EPERM);
        failWhenEqual(program, CLONE3, ENOSYS);
        for (int call : refused) {
            failWhenEqual(program, call, EPERM);
        }
        for (int call : aimed) {
            failWhenAimed(program, call, spared.subList(0, 1));
        }
        failWhenAimed(program, kill, spared);
        program.add(IF_EQUAL, 0, 3, fork);
        program.add(LOAD, 0, 0, FIRST_ARGUMENT_OFFSET);
        program.add(IF_ANY_BIT, 0, 1, NAMESPACES);
        program.add(RETURN, 0, 0, FAIL | EPERM);
        program.add(RETURN, 0, 0, ALLOW);
        return program;
    }

    private static void failUnlessEqual(SyscallProgram program, int value) {
        program.add(IF_EQUAL, 1, 0, value);
        program.add(RETURN, 0, 0, FAIL | EPERM);
    }

    private static void failWhenEqual(SyscallProgram program, int value, int error) {
        program.add(IF_EQUAL, 0, 1, value);
        program.add(RETURN, 0, 0, FAIL | error);
    }

    private static void failWhenAimed(SyscallProgram program, int call, List<Integer> targets) {
        program.add(IF_EQUAL, 0, 2 + 2 * targets.size(), call);
        program.add(LOAD, 0, 0, FIRST_ARGUMENT_OFFSET);
        for (int target : targets) {
            failWhenEqual(program, target, EPERM);
        }
        program.add(RETURN, 0, 0, ALLOW);
    }
}
