package dev.turnpike.policy;

import dev.turnpike.policy.ShellScript.Simple;
import dev.turnpike.policy.ShellScript.UnreadableException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// How much a shell's text may do, judged by its commands. What is not known counts as [Risk#WRITE]: it is asked about.
///
/// It keeps a person from being asked about what is harmless, and a model from what nobody would allow. It is no wall:
/// that is the sandbox.
public final class CommandRisk {
    private static final Set<String> READS = words("""
        [ : ls cat head tail grep egrep fgrep wc sort cut tr diff cmp comm pwd echo printf true false test \
        stat which type basename dirname realpath readlink nl od hexdump md5sum sha1sum sha256sum \
        cksum du df id whoami uname seq expr paste join fold column tac rev strings jq cd exit return sleep \
        wait\
        """);

    private static final Set<String> NETWORKS = words("""
        curl wget nc ncat netcat ssh scp sftp ftp rsync telnet ping traceroute dig host nslookup whois ip ifconfig nmap \
        socat openssl npx pip pip3 pipx apt apt-get dpkg yum dnf apk brew gem aws gcloud az kubectl docker podman \
        terraform sam mail sendmail lynx w3m http https gh hub svn hg\
        """);

    private static final Set<String> DESTROYS = words("""
        dd mkfs fdisk parted wipefs shred shutdown reboot halt poweroff kill killall pkill truncate mount umount chroot \
        sudo su doas chown chgrp crontab at batch systemctl service passwd useradd userdel insmod modprobe iptables \
        unshare nsenter ptrace gdb strace\
        """);

    /// They run what follows them.
    private static final Set<String> WRAPPERS =
            words("timeout nice time command builtin exec env if then else elif while until do !");

    private static final Set<String> KEYWORDS = words("fi done esac { } for in");
    private static final Set<String> SHELLS = words("bash sh zsh dash ksh");
    private static final Set<String> DETACHES = words("nohup setsid disown xargs parallel");
    private static final Map<String, Set<String>> GIT = Map.of(
            "reads", words("status log diff show blame rev-parse ls-files ls-tree describe shortlog grep cat-file"),
            "network", words("push pull fetch clone remote ls-remote submodule send-email"),
            "destroys", words("clean filter-branch gc reflog prune update-ref"));
    private static final Set<String> PACKAGES = words("install i ci add publish exec dlx update upgrade login audit");
    private static final Set<String> READABLE_DEVICES =
            Set.of("/dev/null", "/dev/zero", "/dev/stdin", "/dev/stdout", "/dev/stderr");
    private static final Pattern PLAIN =
            Pattern.compile("[^$`\\\\#{}()\\p{Cntrl}]*(?:[\\n\\t][^$`\\\\#{}()\\p{Cntrl}]*)*+");
    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern GLOB = Pattern.compile("[*?\\[]");
    private static final Pattern TAKES_OPTIONS = Pattern.compile("\\b(?:find|sort|sed|git|date)\\b");
    private static final Pattern GIT_FLAGS =
            Pattern.compile("-\\d+|-n|-s|-p|-b|--|--(?:oneline|stat|short|porcelain|cached"
                    + "|staged|graph|all|decorate|name-only|name-status|follow|patch|max-count(?:=\\d+)?)");
    private static final Set<String> SED_FLAGS = Set.of("-n", "-E", "-r");

    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*\\+?=.*", Pattern.DOTALL);
    private static final Pattern FORK_BOMB =
            Pattern.compile("(\\S{1,64})\\s{0,8}\\(\\)\\s{0,8}\\{[^}]{0,200}\\1\\s{0,8}\\|\\s{0,8}\\1");
    private static final Pattern SED_PRINTS = Pattern.compile("\\d*(,(\\d+|\\$))?p");
    private static final Pattern RECURSIVE_OR_FORCED = Pattern.compile("-[A-Za-z]*[rRf][A-Za-z]*|--recursive|--force");
    private static final Pattern NUMBER_OR_OPTION = Pattern.compile("-.*|\\d+(\\.\\d+)?[smhd]?");

    private CommandRisk() {}

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    public static Risk of(String script) {
        return plain(script) ? judged(script) : judged(script).or(Risk.WRITE);
    }

    /// Whether a shell makes of a text nothing but the words that stand there. What is expanded, substituted, escaped
    /// or left out may be read otherwise by another reader, and is asked about.
    private static boolean plain(String script) {
        boolean expands = GLOB.matcher(QUOTED.matcher(script).replaceAll("")).find();
        return PLAIN.matcher(script).matches()
                && !(expands && TAKES_OPTIONS.matcher(script).find());
    }

    private static Risk judged(String script) {
        if (script.length() > ShellScript.LONGEST) {
            return byItsWords(script);
        }
        if (FORK_BOMB.matcher(script).find()) {
            return Risk.DESTRUCTIVE;
        }
        try {
            return ShellScript.commands(script).stream()
                    .map(CommandRisk::of)
                    .reduce(Risk::or)
                    .orElse(Risk.READ_ONLY);
        } catch (UnreadableException _) {
            return byItsWords(script);
        }
    }

    /// The simple commands of a script, or [Reach#UNREADABLE] alone.
    static List<String> commands(String script) {
        try {
            return ShellScript.commands(script).stream()
                    .flatMap(CommandRisk::named)
                    .toList();
        } catch (UnreadableException _) {
            return List.of(Reach.UNREADABLE);
        }
    }

    /// Where the output goes is in no pattern of a rule, so a command that writes a file is not readable, too.
    private static Stream<String> named(Simple command) {
        boolean writes = command.targets().stream().anyMatch(target -> ofTarget(target) != Risk.READ_ONLY);
        return writes ? Stream.of(command.text(), Reach.UNREADABLE) : Stream.of(command.text());
    }

    /// Of a text that can't be taken apart: at least a change, and worse if it so much as names what is worse.
    private static Risk byItsWords(String script) {
        Risk risk = Risk.WRITE;
        for (String word : script.split("[^A-Za-z0-9_./-]+", -1)) {
            String name = nameOf(word);
            if (DESTROYS.contains(name)) {
                risk = risk.or(Risk.DESTRUCTIVE);
            } else if (NETWORKS.contains(name)) {
                risk = risk.or(Risk.NETWORK);
            }
        }
        return risk;
    }

    private static Risk of(Simple command) {
        Risk risk = of(command.words());
        for (String target : command.targets()) {
            risk = risk.or(ofTarget(target));
        }
        return risk;
    }

    private static Risk ofTarget(String target) {
        if (ShellScript.DUPLICATE.matcher(target).matches()) {
            return Risk.READ_ONLY;
        }
        if (target.startsWith("/dev/tcp") || target.startsWith("/dev/udp")) {
            return Risk.NETWORK;
        }
        if (READABLE_DEVICES.contains(target)) {
            return Risk.READ_ONLY;
        }
        return target.startsWith("/dev/") ? Risk.DESTRUCTIVE : Risk.WRITE;
    }

    private static Risk of(List<String> all) {
        if (all.isEmpty()) {
            return Risk.READ_ONLY;
        }
        String first = all.getFirst();
        List<String> rest = all.subList(1, all.size());
        if (ASSIGNMENT.matcher(first).matches()) {
            // What it changes may change what is run.
            return rest.isEmpty() ? Risk.WRITE : Risk.WRITE.or(of(rest));
        }
        String name = nameOf(first);
        boolean known = first.equals(name) || first.equals("/bin/" + name) || first.equals("/usr/bin/" + name);
        return known ? of(name, rest) : of(name, rest).or(Risk.WRITE);
    }

    private static Risk of(String name, List<String> rest) {
        if (name.equals("env") && rest.stream().anyMatch(word -> word.startsWith("-"))) {
            return Risk.WRITE.or(of(skipped(rest)));
        }
        if (WRAPPERS.contains(name)) {
            return of(skipped(rest));
        }
        if (KEYWORDS.contains(name)) {
            return of(rest);
        }
        if (DETACHES.contains(name)) {
            return Risk.WRITE.or(of(skipped(rest)));
        }
        if (SHELLS.contains(name)) {
            return rest.stream().map(CommandRisk::of).reduce(Risk.WRITE, Risk::or);
        }
        Risk byArguments = rest.stream().anyMatch(word -> word.contains("/dev/tcp/")) ? Risk.NETWORK : Risk.READ_ONLY;
        return byArguments.or(ofProgram(name, rest));
    }

    /// What a wrapper is told of itself is passed over.
    private static List<String> skipped(List<String> words) {
        int i = 0;
        while (i < words.size() && NUMBER_OR_OPTION.matcher(words.get(i)).matches()) {
            i++;
        }
        return words.subList(i, words.size());
    }

    private static Risk ofProgram(String name, List<String> rest) {
        if (name.startsWith("mkfs") || DESTROYS.contains(name)) {
            return Risk.DESTRUCTIVE;
        }
        if (NETWORKS.contains(name)) {
            return Risk.NETWORK;
        }
        return switch (name) {
            case "rm", "chmod" -> any(rest, RECURSIVE_OR_FORCED) ? Risk.DESTRUCTIVE : Risk.WRITE;
            case "git" -> ofGit(rest);
            case "npm", "pnpm", "yarn", "bun", "cargo", "go" ->
                rest.stream().anyMatch(PACKAGES::contains) ? Risk.NETWORK : Risk.WRITE;
            case "find" -> ofFind(rest);
            case "sed" -> printsOnly(rest) ? Risk.READ_ONLY : Risk.WRITE;
            case "sort" ->
                rest.stream().anyMatch(word -> word.startsWith("--") || (word.startsWith("-") && word.contains("o")))
                        ? Risk.WRITE
                        : Risk.READ_ONLY;
            case "date" -> rest.stream().allMatch(word -> word.startsWith("+")) ? Risk.READ_ONLY : Risk.WRITE;
            // An index of an array is evaluated, and runs what is substituted in it.
            case "test", "[", "printf" ->
                rest.stream().anyMatch(word -> word.contains("[") || word.startsWith("-v"))
                        ? Risk.WRITE
                        : Risk.READ_ONLY;
            default -> READS.contains(name) ? Risk.READ_ONLY : Risk.WRITE;
        };
    }

    private static Risk ofGit(List<String> rest) {
        if (rest.isEmpty()) {
            return Risk.READ_ONLY;
        }
        String operation = rest.getFirst();
        if (Set.of("reset", "push", "checkout", "branch").contains(operation)
                && rest.stream()
                        .anyMatch(word ->
                                Set.of("--hard", "--force", "-f", "-D", ".").contains(word))) {
            return Risk.DESTRUCTIVE;
        }
        if (GIT.getOrDefault("destroys", Set.of()).contains(operation)) {
            return Risk.DESTRUCTIVE;
        }
        if (GIT.getOrDefault("network", Set.of()).contains(operation)) {
            return Risk.NETWORK;
        }
        boolean writes = rest.stream()
                .anyMatch(
                        word -> word.startsWith("-") && !GIT_FLAGS.matcher(word).matches());
        return !writes && GIT.getOrDefault("reads", Set.of()).contains(operation) ? Risk.READ_ONLY : Risk.WRITE;
    }

    private static Risk ofFind(List<String> rest) {
        Risk risk = Risk.READ_ONLY;
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            if (word.equals("-delete")) {
                return Risk.DESTRUCTIVE;
            }
            if (word.startsWith("-exec") || word.startsWith("-ok")) {
                risk = risk.or(of(rest.subList(i + 1, rest.size())));
            }
            if (word.startsWith("-fprint") || word.equals("-fls")) {
                risk = risk.or(Risk.WRITE);
            }
        }
        return risk;
    }

    /// A script of sed's can write files and run commands.
    private static boolean printsOnly(List<String> rest) {
        List<String> scripts =
                rest.stream().filter(word -> !SED_FLAGS.contains(word)).toList();
        return !scripts.isEmpty()
                && rest.stream().noneMatch(word -> word.startsWith("-") && !SED_FLAGS.contains(word))
                && SED_PRINTS.matcher(scripts.getFirst()).matches();
    }

    private static boolean any(List<String> words, Pattern pattern) {
        return words.stream().anyMatch(word -> pattern.matcher(word).matches());
    }

    private static String nameOf(String word) {
        return word.substring(word.lastIndexOf('/') + 1);
    }
}
