package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which images a model may be shown.
class ImageUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/a.png",
                "data:image/png;base64,iVBORw0KGgo=",
                "data:image/png;base64,iVBORw0KGgo",
                "DATA:image/PNG;name=a.png;BASE64,iVBORw0KGgoAAAANSUhEUgAA",
                "data:image/jpeg;base64,/9j/4AAQ",
                "data:image/png;base64,/9j/4AAQ",
                "data:image/gif;base64,R0lGODlh",
                "data:image/webp;base64,UklGRgAAAABXRUJQ"
            })
    void anImageIsTakenForWhatItsBytesAre(String url) {
        assertThat(read(url)).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com/a.png, invalid_image_url",
        "file:///etc/passwd, invalid_image_url",
        "data:, invalid_image_url",
        "'data:image/png,abc', invalid_image_url",
        "'data:image/png;base64,', empty_image_file",
        "'data:image/png;base64,iVBORw0KGgo%', invalid_base64_image",
        "'data:image/png;base64,iVBO Rw0KGgo=', invalid_base64_image",
        "'data:image/png;base64,iVBORw0KGgo=AAAA', invalid_base64_image",
        "'data:image/png;base64,iVBORw0KGgo==', invalid_base64_image",
        "'data:image/png;base64,=', invalid_base64_image",
        "'data:image/png;base64,A', invalid_base64_image",
        "'data:text/plain;base64,iVBORw0KGgo=', unsupported_image_media_type",
        "'data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=', unsupported_image_media_type",
        "'data:image/png;base64,AAAA', unsupported_image_media_type",
        "'data:image/webp;base64,UklGRgAAAABBVkkg', unsupported_image_media_type",
    })
    void whatIsNoImageIsRefused(String url, String code) {
        assertThatThrownBy(() -> read(url)).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.param()).isEqualTo("image_url");
        });
    }

    private static String read(String url) {
        return ImageUrl.read(Fields.of(Requests.MAPPER.valueToTree(Map.of("image_url", url)), ""), "image_url");
    }
}
