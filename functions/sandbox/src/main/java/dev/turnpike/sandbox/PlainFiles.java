package dev.turnpike.sandbox;

import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.ProcessResult;
import org.jspecify.annotations.Nullable;

/// Files without programs: no hook, no filter and no installed git is ever started.
final class PlainFiles extends FS_POSIX {
    @Override
    public FS newInstance() {
        return new PlainFiles();
    }

    @Override
    protected @Nullable File discoverGitExe() {
        return null;
    }

    @Override
    public ProcessResult runHookIfPresent(
            Repository repository, String hook, String[] arguments, OutputStream out, OutputStream err, String input) {
        return new ProcessResult(ProcessResult.Status.NOT_PRESENT);
    }

    @Override
    public @Nullable File findHook(Repository repository, String hook) {
        return null;
    }

    @Override
    public ProcessBuilder runInShell(String command, String[] arguments) {
        throw new UnsupportedOperationException("no program is started here: " + command);
    }

    @Override
    public int runProcess(ProcessBuilder process, OutputStream out, OutputStream err, InputStream in) {
        throw new UnsupportedOperationException("no program is started here");
    }

    @Override
    public ExecutionResult execute(ProcessBuilder process, InputStream in) {
        throw new UnsupportedOperationException("no program is started here");
    }
}
