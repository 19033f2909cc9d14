package dev.turnpike;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Main;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Checks the format of every Java file; with `-Dformat=write` it formats them instead.
class FormatTest {
    @Test
    void everyJavaFileIsFormatted() throws Exception {
        boolean write = "write".equals(System.getProperty("format"));
        var differing = new StringWriter();
        var problems = new StringWriter();

        int status = format(write ? "--replace" : "--dry-run", differing, problems);

        assertThat(problems.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(differing.toString().lines())
                .as("files to format: mvn -pl shared test -Dtest=FormatTest -Dformat=write")
                .isEmpty();
    }

    private static int format(String mode, StringWriter out, StringWriter err) throws Exception {
        List<String> files = Repository.filesEndingWith(".java").stream()
                .map(Object::toString)
                .toList();
        String[] arguments =
                Stream.concat(Stream.of("--palantir", mode), files.stream()).toArray(String[]::new);
        return new Main(new PrintWriter(out, true), new PrintWriter(err, true), InputStream.nullInputStream())
                .format(arguments);
    }
}
