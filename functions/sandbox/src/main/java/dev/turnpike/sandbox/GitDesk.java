package dev.turnpike.sandbox;

import java.io.IOException;
import java.io.PrintStream;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.api.CheckoutCommand;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand;
import org.eclipse.jgit.api.Status;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.NoHeadException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;

/// Does operations on an open repository, and prints what came of them.
final class GitDesk {
    /// Objects that lie about one by one, each a file of the workspace, before they are packed into one.
    private static final int LOOSE_OBJECTS = 200;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy Z", Locale.ROOT);

    private final Git git;
    private final Repository repository;
    private final PrintStream out;

    GitDesk(Git git, PrintStream out) {
        this.git = git;
        this.repository = git.getRepository();
        this.out = out;
    }

    boolean run(GitOperation operation) throws GitAPIException, IOException {
        return switch (operation) {
            case GitOperation.Init _ -> true;
            case GitOperation.Status _ -> status();
            case GitOperation.Diff(boolean staged, List<String> paths) -> diff(staged, paths);
            case GitOperation.Add(List<String> paths) -> add(paths);
            case GitOperation.Commit(String author, String email, String message) ->
                commit(new PersonIdent(author, email), message);
            case GitOperation.Log(int count) -> log(count);
            case GitOperation.Restore(boolean staged, List<String> paths) -> restore(staged, paths);
            case GitOperation.Branches _ -> branches();
            case GitOperation.Switch(String branch) -> change(branch);
        };
    }

    private boolean status() throws GitAPIException, IOException {
        Status status = git.status().call();
        out.println("On branch " + repository.getBranch() + ".");
        list("Conflicts", status.getConflicting());
        list("To be committed, new", status.getAdded());
        list("To be committed, changed", status.getChanged());
        list("To be committed, deleted", status.getRemoved());
        list("Not added, changed", status.getModified());
        list("Not added, deleted", status.getMissing());
        list("Not known to git", status.getUntracked());
        if (status.isClean()) {
            out.println("Nothing has changed since the last commit.");
        }
        return true;
    }

    private void list(String title, Set<String> paths) {
        if (!paths.isEmpty()) {
            out.println(title + ":");
            new TreeSet<>(paths).forEach(path -> out.println("  " + path));
        }
    }

    private boolean diff(boolean staged, List<String> paths) throws GitAPIException, IOException {
        var command = git.diff().setCached(staged).setOutputStream(out);
        if (staged && repository.resolve("HEAD") == null) {
            command.setOldTree(new EmptyTreeIterator());
        }
        if (!paths.isEmpty()) {
            command.setPathFilter(PathFilterGroup.createFromStrings(paths));
        }
        if (command.call().isEmpty()) {
            out.println("No differences.");
        }
        out.flush();
        return true;
    }

    private boolean add(List<String> paths) throws GitAPIException {
        Collection<String> all = paths.isEmpty() ? List.of(".") : paths;
        var added = git.add();
        var deleted = git.add().setUpdate(true);
        for (String path : all) {
            added.addFilepattern(path);
            deleted.addFilepattern(path);
        }
        added.call();
        deleted.call();
        return waiting("Added.");
    }

    private boolean waiting(String done) throws GitAPIException {
        Status status = git.status().call();
        int changes = status.getAdded().size()
                + status.getChanged().size()
                + status.getRemoved().size();
        out.println(done + " The next commit holds " + changes + (changes == 1 ? " change." : " changes."));
        return true;
    }

    private boolean commit(PersonIdent author, String message) throws GitAPIException, IOException {
        Status status = git.status().call();
        if (status.getAdded().isEmpty()
                && status.getChanged().isEmpty()
                && status.getRemoved().isEmpty()) {
            out.println("Nothing to commit: add changes first.");
            return false;
        }
        RevCommit commit = git.commit()
                .setAuthor(author)
                .setCommitter(author)
                .setMessage(message)
                .setNoVerify(true)
                .setSign(false)
                .call();
        out.println("Committed " + commit.abbreviate(10).name() + " on " + repository.getBranch() + ": "
                + commit.getShortMessage());
        pack();
        return true;
    }

    private void pack() throws GitAPIException {
        Object loose = git.gc().getStatistics().get("numberOfLooseObjects");
        if (loose instanceof Long count && count > LOOSE_OBJECTS) {
            git.gc().call();
        }
    }

    private boolean log(int count) throws GitAPIException {
        try {
            for (RevCommit commit : git.log().setMaxCount(count).call()) {
                PersonIdent author = commit.getAuthorIdent();
                out.println("commit " + commit.name());
                out.println("Author: " + author.getName() + " <" + author.getEmailAddress() + ">");
                out.println("Date:   " + DATE.format(author.getWhenAsInstant().atZone(author.getZoneId())));
                out.println();
                commit.getFullMessage().stripTrailing().lines().forEach(line -> out.println("    " + line));
                out.println();
            }
        } catch (NoHeadException _) {
            out.println("No commits yet.");
        }
        return true;
    }

    private boolean restore(boolean staged, List<String> paths) throws GitAPIException {
        if (paths.isEmpty()) {
            out.println("Name the paths to restore.");
            return false;
        }
        if (staged) {
            ResetCommand reset = git.reset();
            paths.forEach(reset::addPath);
            reset.call();
            return waiting("Taken out of the next commit.");
        }
        CheckoutCommand checkout = git.checkout();
        paths.forEach(checkout::addPath);
        checkout.call();
        out.println("Restored as they were added.");
        return true;
    }

    private boolean branches() throws GitAPIException, IOException {
        String current = repository.getFullBranch();
        for (Ref branch : git.branchList().call()) {
            String mark = branch.getName().equals(current) ? "* " : "  ";
            out.println(mark + Repository.shortenRefName(branch.getName()));
        }
        return true;
    }

    private boolean change(String branch) throws GitAPIException, IOException {
        boolean fresh = repository.findRef("refs/heads/" + branch) == null;
        ObjectId head = repository.resolve("HEAD");
        if (head == null) {
            out.println("A branch begins at a commit, and there is none yet.");
            return false;
        }
        git.checkout().setName(branch).setCreateBranch(fresh).call();
        out.println((fresh ? "Made branch " : "On branch ") + branch + ".");
        return true;
    }
}
