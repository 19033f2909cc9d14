package dev.turnpike.enclosure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.turnpike.sandbox.AnswerWire;
import dev.turnpike.sandbox.RequestWire;
import dev.turnpike.sandbox.SandboxAnswer;
import dev.turnpike.sandbox.SandboxAnswer.Exited;
import dev.turnpike.sandbox.SandboxAnswer.Killed;
import dev.turnpike.sandbox.SandboxAnswer.TimedOut;
import dev.turnpike.sandbox.SandboxCommand;
import dev.turnpike.sandbox.SandboxFile;
import dev.turnpike.sandbox.SandboxRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a hostile command tries, against the sandbox process of the local stack. The machine around it holds canaries:
/// a
/// command that prints one has seen something of ours.
@EnabledOnOs(OS.LINUX)
class SandboxEscapeTest {
    /// In a file of the host, in the environment of a process beside, and behind a server of the loopback.
    private static final String CANARY = "canary-5f2c9a";

    private static final String CLEAN = """
        [ "$(ls -A | tr '\\n' ' ')" = "given " ] || echo "FOLDER $(ls -A)"
        for pid in $(ls /proc | grep '^[0-9]*$'); do
          grep -qs . /proc/$pid/cmdline && tr '\\0' ' ' < /proc/$pid/cmdline | grep -v -e SandboxMain -e '/command' -e '^ls ' -e '^tr ' -e '^grep '
        done
        ls -A "$HOME" "$TMPDIR" | grep -v -e '^$' -e ':$'
        ls /tmp | grep -v "^$(basename "$(dirname "$HOME")")$"
        ls /dev/shm 2>/dev/null
        true\
        """;

    @TempDir
    Path host;

    private record Trick(String name, String script, Duration timeout, Seen seen) {}

    private enum Seen {
        NOTHING,
        /// It is ended, by its time or for what it takes.
        ENDED
    }

    private static Trick trick(String name, String script) {
        return new Trick(name, script, Duration.ofSeconds(20), Seen.NOTHING);
    }

    private static Trick bomb(String name, String script, int seconds) {
        return new Trick(name, script, Duration.ofSeconds(seconds), Seen.ENDED);
    }

    private List<Trick> tricks(int port) {
        String host = this.host.toString();
        return List.of(
                trick("env", "env; set; cat /proc/self/environ | tr '\\0' '\\n'"),
                trick("/proc/*/environ", "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"),
                trick("handler's memory, fds, maps, cwd", """
                    for p in $PPID 1; do cat /proc/$p/mem /proc/$p/maps; head -c 99 /proc/$p/fd/*; readlink /proc/$p/cwd
                    readlink /proc/$p/exe /proc/$p/root; cat /proc/$p/task/*/environ; done 2>&1 | grep -v -i -e denied -e 'not permitted' -e 'cannot open'\
                    """),
                trick(
                        "Runtime API",
                        "curl -sm 3 http://127.0.0.1:" + port + "/2018-06-01/runtime/invocation/next"
                                + "; exec 3<>/dev/tcp/127.0.0.1/" + port + " && echo CONNECTED"),
                trick(
                        "169.254.169.254",
                        "curl -sm 3 http://169.254.169.254/latest/meta-data/ && echo CONNECTED"
                                + "; exec 3<>/dev/tcp/169.254.169.254/80 && echo CONNECTED"),
                trick(
                        "ECS credentials",
                        "curl -sm 3 http://169.254.170.2/v2/credentials && echo CONNECTED"
                                + "; exec 3<>/dev/tcp/169.254.170.2/80 && echo CONNECTED"),
                trick("any socket, by python", """
                    python3 -c '
                    import socket
                    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK):
                        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                            try:
                                socket.socket(family, kind); print("CONNECTED", family)
                            except OSError: pass'\
                    """),
                trick(
                        "host's files",
                        "cat " + host + "/secret; ls " + host
                                + "; ls /root /home /work /mnt /opt /srv /run; cat /etc/shadow" + "; grep -rs "
                                + CANARY.substring(0, 6) + " /etc /var /task | head -3"),
                trick(
                        "other conversations",
                        "find / -name given -not -path \"$PWD/*\" -not -path '/proc/*' 2>/dev/null | sed 's/^/FOUND /'"
                                + "; ls /tmp/*/ -d | grep -v \"$(dirname \"$HOME\")\""),
                trick(
                        "writing outside",
                        "for d in / /usr /usr/bin /etc /task /dev /proc/sys/kernel /var /lib; do touch $d/x"
                            + " 2>/dev/null && echo WROTE $d; done; echo 1 > /proc/sys/vm/drop_caches && echo WROTE;"
                            + " echo x > /task/0-x && echo WROTE"),
                trick(
                        "links and ..",
                        "ln -s " + host + "/secret link; cat link; ln -s / slash; cat slash" + host + "/secret"
                                + "; cat ../../../../.." + host
                                + "/secret; ln -s ../../../etc/passwd p; rm given; ln -s /proc/1/environ given; cat"
                                + " given"),
                trick(
                        "namespaces and mounts",
                        "unshare -Ur id && echo DONE; unshare -m true && echo DONE; mount -t tmpfs x /mnt && echo"
                            + " DONE; chroot / true && echo DONE; nsenter -t 1 -m true && echo DONE; find / -perm"
                            + " -4000 -type f 2>/dev/null | while read s; do su -c id 2>/dev/null && echo DONE; break;"
                            + " done"),
                trick(
                        "signals to the handler",
                        "kill -9 $PPID; kill -9 1; kill -QUIT 1; kill -STOP $PPID; prlimit --pid $PPID --nofile=3;"
                                + " renice 19 -p $PPID; true"),
                trick("daemons", """
                    nohup sleep 3000 >/dev/null 2>&1 &
                    setsid sleep 3001 & (setsid sh -c 'trap "" TERM HUP INT; (sleep 3002 &) ; while :; do sleep 1; done' &)
                    python3 -c 'import os
                    if os.fork()==0:
                        os.setsid()
                        if os.fork()==0:
                            os.closerange(0,3); os.execlp("sleep","sleep","3003")'
                    echo started\
                    """),
                trick(
                        "things left behind",
                        "echo left > /tmp/left; echo left > $HOME/left; echo left > $TMPDIR/left; mkdir -p /tmp/a/b;"
                                + " chmod 000 /tmp/a; ipcmk -M 99 -S 3 -Q; echo left > /dev/shm/left; true"),
                bomb("fork bomb", ":(){ :|:& };: ; sleep 60", 3),
                bomb(
                        "fork bomb that ignores signals",
                        "trap '' TERM HUP INT; f() { while :; do (setsid bash -c 'trap \"\" TERM; sleep 99' &); f &"
                                + " done; }; f; sleep 60",
                        3),
                trick("1 GB of output", "head -c 1073741824 /dev/zero; echo END"),
                bomb("output without end", "yes", 2),
                bomb(
                        "memory without end",
                        "python3 -c 'a=[]\nwhile True: a.append(bytearray(10_000_000))' || tail /dev/zero",
                        20),
                bomb("many memory eaters", "for i in 1 2 3 4 5 6 7 8; do tail /dev/zero & done; wait; sleep 60", 20),
                bomb("disk full", "while :; do i=$((i+1)); head -c 50000000 /dev/zero > f$i || sleep 60; done", 20),
                bomb("a million files", "python3 -c 'i=0\nwhile True:\n  open(str(i),\"w\"); i+=1' ; sleep 60", 10));
    }

    @Test
    @Timeout(300)
    @DisplayName("Row 35: env, /proc/*/environ, the Runtime API, fork bombs, daemons, 1 GB of output and the like")
    void nothingOfOursIsVisibleAllIsEndedAndTheNextCommandIsClean() throws IOException {
        Files.writeString(host.resolve("secret"), CANARY);
        AtomicInteger calls = new AtomicInteger();
        HttpServer runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.createContext("/", exchange -> {
            calls.incrementAndGet();
            exchange.sendResponseHeaders(200, CANARY.length());
            exchange.getResponseBody().write(CANARY.getBytes(UTF_8));
            exchange.close();
        });
        runtime.start();
        var neighbour = new ProcessBuilder("sleep", "300");
        neighbour.environment().put("AWS_SECRET_ACCESS_KEY", CANARY);
        Process beside = neighbour.start();
        List<String> bad = new ArrayList<>();
        try (LocalSandbox sandbox = LocalSandbox.start()) {
            System.out.println(sandbox.plainly().strip());
            System.out.printf(
                    "%-34s| %-48s| %8s | %s%n", "trick", "what the command saw", "ended ms", "next command clean");
            for (Trick trick : tricks(runtime.getAddress().getPort())) {
                row(sandbox, trick, bad);
            }
        } finally {
            beside.destroyForcibly();
            runtime.stop(0);
        }
        assertThat(bad).isEmpty();
        assertThat(calls).hasValue(0);
    }

    private static void row(LocalSandbox sandbox, Trick trick, List<String> bad) throws IOException {
        long start = System.nanoTime();
        SandboxAnswer answer = run(sandbox, trick.script(), trick.timeout());
        long millis = (System.nanoTime() - start) / 1_000_000;
        String next = run(sandbox, CLEAN, Duration.ofSeconds(20)).output().strip();
        String saw = saw(answer.output());
        boolean ended = trick.seen() == Seen.NOTHING
                ? answer.ending() instanceof Exited
                : answer.ending() instanceof TimedOut
                        || answer.ending() instanceof Killed
                        || answer.ending() instanceof Exited;
        System.out.printf(
                Locale.ROOT,
                "%-34s| %-48s| %8d | %s%n",
                trick.name(),
                (saw.isEmpty() ? "nothing of ours" : saw) + ", " + ending(answer),
                millis,
                next.isEmpty() ? "yes" : "NO: " + next);
        if (!saw.isEmpty()
                || !ended
                || !next.isEmpty()
                || millis > trick.timeout().toMillis() + 30_000) {
            bad.add(trick.name() + ": " + answer.ending() + " " + answer.output() + " / " + next);
        }
    }

    private static String ending(SandboxAnswer answer) {
        return switch (answer.ending()) {
            case Exited(int code) -> "exit " + code;
            case TimedOut _ -> "ended at its time";
            case Killed(String why) -> why;
            case SandboxAnswer.NotStarted(String why) -> why;
        };
    }

    private static String saw(String output) {
        for (String mark : List.of(
                "canary", "CONNECTED", "WROTE", "DONE", "FOUND", "AWS_", "JAVA_", "java.home", "surefire", "maven")) {
            if (output.contains(mark)) {
                return "SAW " + mark;
            }
        }
        return "";
    }

    private static SandboxAnswer run(LocalSandbox sandbox, String script, Duration timeout) throws IOException {
        var given = new SandboxFile("given", "of this conversation".getBytes(UTF_8), false);
        var request = new SandboxRequest(new SandboxCommand.Shell(script), List.of(given), timeout, 20_000);
        return AnswerWire.read(sandbox.call(RequestWire.of(request)));
    }
}
