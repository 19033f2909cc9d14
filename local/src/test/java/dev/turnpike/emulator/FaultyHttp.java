package dev.turnpike.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/// Between an SDK client and its service: answers some requests itself, with errors that no emulator gives.
final class FaultyHttp implements SdkHttpClient {
    private static final String NAMES = "com.amazonaws.dynamodb.v20120810#";

    private final SdkHttpClient http;
    private final List<Call> calls = new ArrayList<>();
    private Function<Call, @Nullable String> faults = _ -> null;

    FaultyHttp(SdkHttpClient http) {
        this.http = http;
    }

    /// @param operation such as `PutItem`
    /// @param body as JSON
    record Call(String operation, String body) {}

    /// @param next gives the error's name and further fields as JSON, or null for no error
    synchronized void answering(Function<Call, @Nullable String> next) {
        faults = next;
        calls.clear();
    }

    /// Since then.
    synchronized List<Call> calls(String operation) {
        return calls.stream().filter(call -> call.operation().equals(operation)).toList();
    }

    /// Such as `ThrottlingException`.
    static String error(String name, String fields) {
        return "{\"__type\": \"" + NAMES + name + "\", \"message\": \"As planned.\"" + fields + "}";
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        String error = next(call(request));
        return error == null ? http.prepareRequest(request) : new Answered(error);
    }

    private synchronized @Nullable String next(Call call) {
        calls.add(call);
        return faults.apply(call);
    }

    private static Call call(HttpExecuteRequest request) {
        String target =
                request.httpRequest().firstMatchingHeader("X-Amz-Target").orElse("");
        try (InputStream body = request.contentStreamProvider().orElseThrow().newStream()) {
            return new Call(target.substring(target.indexOf('.') + 1), new String(body.readAllBytes(), UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private record Answered(String error) implements ExecutableHttpRequest {
        @Override
        public HttpExecuteResponse call() {
            return HttpExecuteResponse.builder()
                    .response(SdkHttpResponse.builder()
                            .statusCode(400)
                            .putHeader("Content-Type", "application/x-amz-json-1.0")
                            .build())
                    .responseBody(AbortableInputStream.create(new ByteArrayInputStream(error.getBytes(UTF_8))))
                    .build();
        }

        @Override
        public void abort() {
            // It is answered at once.
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
