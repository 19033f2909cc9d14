package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;

/// One operation on the repository of the folder that it is started in. It prints what a person would want to see, and
/// ends with 1 where the operation can't be done.
public final class GitProgram {
    private final File folder;
    private final FS files = new PlainFiles();
    private final PrintStream out = new PrintStream(System.out, true, UTF_8);

    private GitProgram(File folder) {
        this.folder = folder;
    }

    public static void main(String[] words) {
        PlainSystem.install();
        var program = new GitProgram(new File("").getAbsoluteFile());
        System.exit(program.run(GitWords.read(List.of(words))) ? 0 : 1);
    }

    private boolean run(GitOperation operation) {
        File metadata = new File(folder, ".git");
        if (!new File(metadata, "HEAD").isFile() && !(operation instanceof GitOperation.Init)) {
            out.println("There is no repository here. The operation init makes one.");
            return false;
        }
        try (Repository repository = new FileRepositoryBuilder()
                .setFS(files)
                .setGitDir(metadata)
                .setWorkTree(folder)
                .build()) {
            if (operation instanceof GitOperation.Init) {
                return init(repository, metadata);
            }
            PlainSystem.disarm(repository.getConfig());
            try (Git git = new Git(repository)) {
                return new GitDesk(git, out).run(operation);
            }
        } catch (IOException | GitAPIException | JGitInternalException | IllegalArgumentException e) {
            out.println("git: " + reason(e));
            return false;
        }
    }

    private boolean init(Repository repository, File metadata) throws IOException {
        if (new File(metadata, "HEAD").isFile()) {
            out.println("There is a repository already.");
            return true;
        }
        repository.create();
        // Its samples and its description are never read here, and would be files of the workspace.
        for (String name : List.of("branches", "hooks", "description")) {
            delete(new File(metadata, name));
        }
        out.println("A repository is made, on branch " + repository.getBranch() + ".");
        return true;
    }

    private static void delete(File file) throws IOException {
        File[] inside = file.listFiles();
        for (File each : inside == null ? new File[0] : inside) {
            delete(each);
        }
        Files.deleteIfExists(file.toPath());
    }

    /// The messages of the library name what is wrong in plain words; where there is none the kind of failure does.
    private static String reason(Throwable failure) {
        return Arrays.stream(
                        new String[] {failure.getMessage(), failure.getClass().getSimpleName()})
                .filter(text -> text != null && !text.isBlank())
                .findFirst()
                .orElse("failed");
    }
}
