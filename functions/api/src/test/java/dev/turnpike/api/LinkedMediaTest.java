package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.admission.LinkedMedia.Policy;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.fake.WebServer;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Images and videos that come by URL, where the operator has them fetched here or takes none.
class LinkedMediaTest {
    private static final byte[] MP4 = Base64.getDecoder().decode("AAAAGGZ0eXBtcDQy");
    private static final String MP4_DATA = "data:video/mp4;base64,AAAAGGZ0eXBtcDQy";

    private LinkedSite site;
    private Bench bench;

    @BeforeEach
    void open() throws IOException {
        site = new LinkedSite((target, out) -> out.write(
                switch (target) {
                    case "/missing" -> "HTTP/1.1 404 Not Found\r\n\r\n".getBytes(US_ASCII);
                    case "/page" -> WebServer.ok("<html>".getBytes(US_ASCII));
                    case "/large" -> WebServer.ok(new byte[4_000_000]);
                    case "/video" -> WebServer.ok(MP4);
                    default -> WebServer.ok(LinkedSite.PNG);
                }));
        bench = site.bench();
    }

    @AfterEach
    void close() throws IOException {
        site.close();
    }

    @Test
    void imagesAreFetchedOnceAndBecomeWhatTheyWere() throws IOException {
        Answer answer = bench.create(request(image("/a"), image("/b"), image("/a")));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(shown())
                .containsExactly(
                        new Part.Image(LinkedSite.PNG_DATA, "low"),
                        new Part.Image(LinkedSite.PNG_DATA, "low"),
                        new Part.Image(LinkedSite.PNG_DATA, "low"));
        assertThat(site.outside.requests()).hasSize(2);
        String id = answer.json().path("id").asString();
        assertThat(bench.get("/v1/responses/" + id + "/input_items")
                        .json()
                        .at("/data/0/content/0/image_url")
                        .asString())
                .isEqualTo(LinkedSite.PNG_DATA);
    }

    @Test
    void aStreamHasThemFetchedBeforeItBegins() throws IOException {
        String streamed = request(image("/a")).replace("\"input\"", "\"stream\":true,\"input\"");

        assertThat(bench.create(streamed).body()).contains("response.completed");
        assertThat(shown()).containsExactly(new Part.Image(LinkedSite.PNG_DATA, "low"));
        assertThat(bench.create(streamed.replace("/a", "/missing")).code()).isEqualTo("failed_to_download_image");
    }

    @Test
    void aCompletionsImagesAndVideosAreFetched() throws IOException {
        Answer answer = bench.complete(completion("/a", "/video"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(shown()).containsExactly(new Part.Image(LinkedSite.PNG_DATA, null), new Part.Video(MP4_DATA));
    }

    @Test
    void aToolsImagesAreFetched() throws IOException {
        Answer answer = bench.create("""
            {"model": "gpt-4o", "input": [
              {"type": "function_call", "call_id": "c", "name": "draw", "arguments": "{}"},
              {"type": "function_call_output", "call_id": "c", "output": [%s]}]}
            """.formatted(image("/a")));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(bench.work.model.requests().getLast().items().getLast().parts())
                .containsExactly(new Part.Image(LinkedSite.PNG_DATA, "low"));
    }

    @Test
    void aConversationsItemsAreFetched() throws IOException {
        String item = "{\"items\":[{\"role\":\"user\",\"content\":[" + image("/a") + "]}]}";
        String id = bench.post("/v1/conversations", item).json().path("id").asString();
        String items = "/v1/conversations/" + id + "/items";

        assertThat(bench.post(items, item).status()).isEqualTo(200);
        assertThat(bench.get(items).json().at("/data/1/content/0/image_url").asString())
                .isEqualTo(LinkedSite.PNG_DATA);
        assertThat(bench.get(items).json().at("/data/0/content/0/image_url").asString())
                .isEqualTo(LinkedSite.PNG_DATA);
        assertRefused(
                bench.post(items, item.replace("/a", "/missing")),
                "failed_to_download_image",
                "items[0].content[0].image_url");
    }

    @Test
    void aRequestThatComesAgainGetsItsRunAlthoughTheImageIsGone() throws IOException {
        Map<String, String> key = Map.of("idempotency-key", "k");
        Answer first = bench.send("POST", "/v1/responses", key, request(image("/a")));
        site.outside.close();

        Answer again = bench.send("POST", "/v1/responses", key, request(image("/a")));

        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(site.outside.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "/missing, failed_to_download_image, answered with status 404",
        "/page, unsupported_image_media_type, 'no image in the format png, jpeg, gif or webp'",
        "/video, unsupported_image_media_type, 'no image in the format png, jpeg, gif or webp'",
        "/large, image_file_too_large, more than 3500000 bytes"
    })
    void whatIsNoImageIsNamedByItsPlaceAndNothingIsMadeOfTheRequest(String target, String code, String why)
            throws IOException {
        Answer answer = bench.create(request(image("/a"), image(target)));

        assertRefused(answer, code, "input[0].content[1].image_url");
        assertThat(answer.message()).contains(why).contains("data URL");
        assertThat(bench.work.model.requests()).isEmpty();
        assertThat(bench.work.store.runs()).isEmpty();
    }

    @Test
    void theOtherWireNamesTheOtherPlace() throws IOException {
        assertRefused(
                bench.complete(completion("/missing", "/video")),
                "failed_to_download_image",
                "messages[0].content[0].image_url.url");
        assertRefused(bench.complete(completion("/a", "/a")), "media_error", "messages[0].content[1].video_url.url");
    }

    @Test
    void moreThanTenUrlsAreRefused() throws IOException {
        String[] images = IntStream.range(0, 11).mapToObj(i -> image("/" + i)).toArray(String[]::new);

        assertRefused(bench.create(request(images)), "invalid_image_url", "input[0].content[0].image_url");
        assertThat(site.outside.connections()).isZero();
    }

    @Test
    void whereNothingIsTakenFromUrlsTheyAreRefused() throws IOException {
        Bench strict = site.bench(Policy.REFUSE);

        assertRefused(strict.create(request(image("/a"))), "invalid_image_url", "input[0].content[0].image_url");
        assertRefused(
                strict.complete(completion("/a", "/video")),
                "invalid_image_url",
                "messages[0].content[0].image_url.url");
        assertRefused(
                strict.post("/v1/conversations", "{\"items\":[{\"role\":\"user\",\"content\":[" + image("/a") + "]}]}"),
                "invalid_image_url",
                "items[0].content[0].image_url");
        assertThat(site.outside.connections()).isZero();
    }

    @Test
    void whereTheProviderFetchesThemTheyArePassedOn() throws IOException {
        Bench passing = site.bench(Policy.PASS);

        passing.create(request(image("/a")));

        assertThat(((Item.Message)
                                passing.work.model.requests().getLast().items().getLast())
                        .parts())
                .containsExactly(new Part.Image(site.url("/a"), "low"));
        assertThat(site.outside.connections()).isZero();
    }

    private static void assertRefused(Answer answer, String code, String param) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
    }

    private static String request(String... parts) {
        return "{\"model\":\"gpt-4o\",\"input\":[{\"role\":\"user\",\"content\":[" + String.join(",", parts) + "]}]}";
    }

    private String completion(String image, String video) {
        return """
            {"model": "gpt-4o", "messages": [{"role": "user", "content": [
              {"type": "image_url", "image_url": {"url": "%s"}},
              {"type": "video_url", "video_url": {"url": "%s"}}]}]}
            """.formatted(site.url(image), site.url(video));
    }

    private String image(String target) {
        return "{\"type\":\"input_image\",\"detail\":\"low\",\"image_url\":\"" + site.url(target) + "\"}";
    }

    private List<Part> shown() {
        return bench.work.model.requests().getLast().items().getLast().parts();
    }
}
