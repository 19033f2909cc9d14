package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.conversation.MediaType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which images and videos a model may be shown.
class MediaUrlTest {
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data:video/mp4;base64,AAAAGGZ0eXBtcDQy | video/mp4",
                "data:image/png;base64,AAAAGGZ0eXBpc29t | video/mp4",
                "data:;base64,AAAAFGZ0eXBxdCAg | video/quicktime",
                "data:video/mp4;base64,AAAACG1vb3Y= | video/quicktime",
                "data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibQ | video/webm",
                "data:video/ogg;base64,T2dnUwACAAAAAAAAAAAAAAAAAAAAAAAAAAABKoB0aGVvcmE= | video/ogg",
                "data:video/avi;base64,UklGRgAAAABBVkkg | video/x-msvideo"
            })
    void aVideoGetsTheLabelThatItsBytesDeserve(String url, String type) {
        String base64 = url.substring(url.indexOf(',') + 1);

        assertThat(video(url)).isEqualTo("data:" + type + ";base64," + base64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/a.mp4",
                "file:///etc/passwd",
                "data:video/mp4,abc",
                "data:video/mp4;base64,",
                "data:video/mp4;base64,%%%",
                "data:video/mp4;base64,iVBORw0KGgo=",
                "data:video/mp4;base64,AAAAGGZ0eXBhdmlm",
                "data:video/mp4;base64,AAAAGGZ0eXBNNEEg",
                "data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKIbWF0cm9za2E=",
                "data:video/ogg;base64,T2dnUwACAAAAAAAAAAAAAAAAAAAAAAAAAAABHgF2b3JiaXM="
            })
    void whatIsNoVideoIsRefused(String url) {
        assertThatThrownBy(() -> video(url)).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("media_error");
            assertThat(refused.param()).isEqualTo("video_url");
        });
    }

    @Test
    void aVideoThatCouldNotBeKeptIsRefused() {
        String most = "A".repeat(MediaType.MOST_BYTES / 3 * 4 - 16);

        assertThat(video("data:video/mp4;base64,AAAAGGZ0eXBtcDQy" + most)).endsWith(most);
        assertThatThrownBy(() -> video("data:video/mp4;base64,AAAAGGZ0eXBtcDQy" + most + "A".repeat(16)))
                .hasMessageContaining("3500000 bytes");
    }

    private static String video(String url) {
        return MediaUrl.video(Fields.of(Requests.MAPPER.valueToTree(Map.of("video_url", url)), ""), "video_url");
    }

    private static String read(String url) {
        return MediaUrl.image(Fields.of(Requests.MAPPER.valueToTree(Map.of("image_url", url)), ""), "image_url");
    }
}
