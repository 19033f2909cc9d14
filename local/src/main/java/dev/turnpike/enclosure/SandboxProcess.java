package dev.turnpike.enclosure;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// One process that runs commands, one after another; see `SandboxMain` for what is said.
final class SandboxProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);

    private final Process process;
    private final DataOutputStream requests;
    private final DataInputStream answers;

    private SandboxProcess(Process process) {
        this.process = process;
        this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    }

    /// @throws IOException it does not start like this on this machine
    static SandboxProcess start(List<String> words) throws IOException {
        var builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LANG", "C.UTF-8");
        var started = new SandboxProcess(builder.start());
        try {
            started.answer(START);
            return started;
        } catch (IOException e) {
            started.close();
            throw e;
        }
    }

    /// @throws IOException it has ended instead, or was ended because it took too long
    byte[] call(byte[] request, Duration longest) throws IOException {
        requests.writeInt(request.length);
        requests.write(request);
        requests.flush();
        return answer(longest);
    }

    private byte[] answer(Duration longest) throws IOException {
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(this::read, Thread::startVirtualThread);
        try {
            return read.orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            close();
            throw new IOException("the sandbox process has ended", e.getCause());
        }
    }

    private byte[] read() {
        try {
            return answers.readNBytes(answers.readInt());
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /// The end of its input is what it ends by; whoever does not hear that is ended.
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException _) {
            process.destroyForcibly(); // Its end of the pipe is closed already.
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
