package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.turnpike.responses.ApiException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Prelude, eight NUL bytes, body.
class HttpReplyTest {
    private final Out out = new Out();
    private final HttpReply reply = new HttpReply(out, "request-1", Map.of());

    @Test
    void aDocumentFollowsItsPrelude() throws IOException {
        reply.json(201, Map.of("x-extra", "yes"), "{\"a\":\"é\"}".getBytes(UTF_8));
        Answer answer = Answer.read(out.toByteArray());
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("x-request-id")).isEqualTo("request-1");
        assertThat(answer.header("openai-processing-ms")).matches("\\d+");
        assertThat(answer.header("x-extra")).isEqualTo("yes");
        assertThat(answer.body()).isEqualTo("{\"a\":\"é\"}");
        assertThat(out.lengthsWhenFlushed).containsExactly(out.size());
    }

    @Test
    void thePreludeOfAStreamWaitsForItsFirstEvent() throws IOException {
        var events = reply.events();
        assertThat(out.lengthsWhenFlushed).isEmpty();
        events.write("event: x\ndata: {}\n\n".getBytes(UTF_8));
        events.flush();
        Answer answer = Answer.read(out.toByteArray());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(answer.header("cache-control")).isEqualTo("no-cache");
        assertThat(answer.body()).isEqualTo("event: x\ndata: {}\n\n");
        assertThat(out.lengthsWhenFlushed).containsExactly(out.size());
    }

    @Test
    void aStreamOnDemandBeginsWithItsFirstByte() throws IOException {
        var events = reply.eventsOnDemand();
        assertThat(reply.begun()).isFalse();
        events.write(": keep-alive\n\n".getBytes(UTF_8));
        events.flush();
        events.write("data: {}\n\n".getBytes(UTF_8));
        events.flush();
        assertThat(reply.begun()).isTrue();
        Answer answer = Answer.read(out.toByteArray());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(": keep-alive\n\ndata: {}\n\n");
        assertThat(out.lengthsWhenFlushed).hasSize(2);
    }

    @Test
    void whatIsNotDemandedCanStillBeRefused() throws IOException {
        reply.eventsOnDemand();
        reply.error(ApiException.rateLimited("Slow down."));
        assertThat(Answer.read(out.toByteArray()).status()).isEqualTo(429);
    }

    @Test
    void anErrorHasFourFieldsAndItsHeaders() throws IOException {
        reply.error(ApiException.conflict("busy", null, "A \"quoted\"\nmessage").withHeader("x-should-retry", "true"));
        Answer answer = Answer.read(out.toByteArray());
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.header("x-should-retry")).isEqualTo("true");
        assertThat(answer.json()).isEqualTo(Bench.MAPPER.readTree("""
            {"error":{"message":"A \\"quoted\\"\\nmessage","type":"invalid_request_error","param":null,
             "code":"busy"}}\
            """));
    }

    @Test
    void anErrorAfterTheBeginningFailsTheInvocation() throws IOException {
        assertThat(reply.begun()).isFalse();
        var _ = reply.events();
        assertThat(reply.begun()).isTrue();
        int before = out.size();
        assertThatIOException().isThrownBy(() -> reply.error(ApiException.internal()));
        assertThat(out.size()).isEqualTo(before);
    }

    /// Notes how much had been written at each flush.
    private static final class Out extends ByteArrayOutputStream {
        private final List<Integer> lengthsWhenFlushed = new ArrayList<>();

        @Override
        public void flush() {
            lengthsWhenFlushed.add(size());
        }
    }
}
