package dev.turnpike.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebUrlTest {
    private static final Set<Integer> PORTS = Set.of(443, 8443);

    @ParameterizedTest
    @DisplayName("row 32: a host has one form, whatever it is written in")
    @CsvSource(delimiter = '|', textBlock = """
        https://Example.COM/a                | example.com
        HTTPS://example.com./a               | example.com
        https://localhost.                   | localhost
        https://bücher.example/              | xn--bcher-kva.example
        https://ｅｘａｍｐｌｅ。com/            | example.com
        https://１２７.０.０.１/              | 127.0.0.1
        https://127.0.0.1                    | 127.0.0.1
        https://[::1]:8443/                  | [0:0:0:0:0:0:0:1]
        https://[::FFFF:127.0.0.1]/          | 127.0.0.1
        https://[64:ff9b::a9fe:a9fe]/        | [64:ff9b:0:0:0:0:a9fe:a9fe]
        """)
    void isCanonical(String url, String host) throws EgressException {
        assertThat(WebUrl.read(url, PORTS).host().written()).isEqualTo(host);
    }

    @ParameterizedTest
    @DisplayName("rows 32 and 33: an odd address, another scheme, a login, another port: no URL that is fetched")
    @ValueSource(
            strings = {
                "https://2130706433/",
                "https://127.1/",
                "https://127.0.1/",
                "https://0177.0.0.1/",
                "https://0x7f.0.0.1/",
                "https://0x7f000001/",
                "https://0x/",
                "https://127.0.0.0x1/",
                "https://127.0.0.01/",
                "https://256.0.0.1/",
                "https://1.2.3.4.5/",
                "https://127.0.0.1../",
                "https://[::1%25eth0]/",
                "https://[::1",
                "https://::1/",
                "https://[127.0.0.1]/x",
                "https://[localhost]/",
                "https:///etc/passwd",
                "https://",
                "https://a b/",
                "https://a_b.example/",
                "https://-a.example/",
                "https://a..example/",
                "https://.example/",
                "https://exa%6dple.com/",
                "https://example.com\\@127.0.0.1/",
                "https://127.0.0.1\\.example.com/",
                "https://example.com\t/",
                "https://user@example.com/",
                "https://user:pass@example.com/",
                "https://@example.com/",
                "https://example.com:80/",
                "https://example.com:443:443/",
                "https://example.com:/",
                "https://example.com:99999/",
                "https://example.com/a\r\nX: y",
                "https://example.com/\0",
                "http://example.com/",
                "file:///etc/passwd",
                "jar:https://example.com/a.jar!/b",
                "ftp://example.com/",
                "gopher://example.com/",
                "data:image/png;base64,AA==",
                " https://example.com/",
                "//example.com/",
                ""
            })
    void isRefused(String url) {
        EgressException refused = catchThrowableOfType(EgressException.class, () -> WebUrl.read(url, PORTS));

        assertThat(refused).as(url).isNotNull();
        assertThat(refused.reason()).isEqualTo(EgressException.Reason.URL);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        https://e.test                     | /
        https://e.test?a=b                 | /?a=b
        https://e.test#part                | /
        https://e.test/a%20b?c=%2F&d#part  | /a%20b?c=%2F&d
        https://e.test/ä b"<>^             | /%C3%A4%20b%22%3C%3E%5E
        https://e.test/a\\b                | /a%5Cb
        https://e.test:8443/@:80           | /@:80
        """)
    void whatIsAskedForIsEscapedAndLeavesTheFragmentBehind(String url, String target) throws EgressException {
        assertThat(WebUrl.read(url, PORTS).target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        https://other.test/x | other.test | /x
        //other.test:8443/x  | other.test | /x
        /x?y                 | e.test     | /x?y
        x                    | e.test     | /a/x
        ../x?y=%zz           | e.test     | /x?y=%25zz
        ?y                   | e.test     | /a/b?y
        ä b                  | e.test     | /a/%C3%A4%20b
        """)
    void aRedirectIsReadFromWhereItStands(String location, String host, String target) throws EgressException {
        WebUrl to = WebUrl.read("https://e.test/a/b?c", PORTS).redirected(location, PORTS);

        assertThat(to.host().name()).isEqualTo(host);
        assertThat(to.target()).isEqualTo(target);
    }

    @Test
    void aRedirectToAnotherSchemeIsRefused() throws EgressException {
        WebUrl from = WebUrl.read("https://e.test/a", PORTS);

        for (String location : new String[] {"http://e.test/", "file:///etc/passwd", "jar:https://e.test/a!/"}) {
            assertThat(catchThrowableOfType(EgressException.class, () -> from.redirected(location, PORTS)))
                    .as(location)
                    .isNotNull();
        }
    }
}
