package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WorkspaceRoutesTest {
    private final Bench bench = Bench.withFileTools();
    private String conversation = "";
    private String workspace = "";

    @BeforeEach
    void makeConversation() throws IOException {
        conversation = bench.post("/v1/conversations", "{}").json().path("id").asString();
        workspace = "/v1/conversations/" + conversation + "/workspace";
    }

    private Answer write(String path, String content) throws IOException {
        return bench.post(workspace, Bench.MAPPER.writeValueAsString(Map.of("files", new Object[] {
            Map.of("path", path, "content", content)
        })));
    }

    private Answer file(String path) throws IOException {
        return bench.get(workspace + "/file", Map.of("path", path));
    }

    @Test
    void aWorkspaceBeginsEmptyAndKeepsWhatIsWritten() throws IOException {
        assertThat(bench.get(workspace).json().path("revision").asInt()).isZero();

        JsonNode now = write("src/a.txt", "grüß").json();

        assertThat(now.path("revision").asInt()).isEqualTo(1);
        assertThat(now.at("/files/0/path").asString()).isEqualTo("src/a.txt");
        assertThat(now.path("total_bytes").asInt()).isEqualTo(6);
        assertThat(file("src/a.txt").json().path("content").asString()).isEqualTo("grüß");
        assertThat(file("src/b.txt").status()).isEqualTo(404);
    }

    @Test
    void filesThatAreNoTextAreToldInBase64() throws IOException {
        bench.post(
                workspace,
                "{\"files\":[{\"path\":\"b\",\"content\":\"AAEC\",\"encoding\":\"base64\",\"executable\":true}]}");

        JsonNode file = file("b").json();

        assertThat(file.path("encoding").asString()).isEqualTo("base64");
        assertThat(file.path("content").asString()).isEqualTo("AAEC");
        assertThat(file.path("executable").asBoolean()).isTrue();
        assertThat(bench.get(workspace + "/file", Map.of("path", "b", "encoding", "latin-1"))
                        .json()
                        .path("bytes")
                        .asInt())
                .isEqualTo(3);
        assertThat(bench.get(workspace + "/file", Map.of("path", "b", "encoding", "ebcdic"))
                        .status())
                .isEqualTo(400);
        assertThat(bench.get(workspace + "/file").status()).isEqualTo(400);
    }

    @Test
    void whoeverNamesTheRevisionWritesOnlyWhenItIsTheNewest() throws IOException {
        write("a", "1");
        write("b", "1");
        String change = "{\"files\":[{\"path\":\"a\",\"delete\":true}],\"if_revision\":%d}";

        Answer late = bench.post(workspace, change.formatted(1));

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.error().path("code").asString()).isEqualTo("workspace_changed");
        assertThat(file("a").status()).isEqualTo(200);
        assertThat(bench.post(workspace, change.formatted(2)).status()).isEqualTo(200);
        assertThat(file("a").status()).isEqualTo(404);
    }

    @Test
    void whatIsTooMuchIsRefused() throws IOException {
        Answer refused = write("a", "x".repeat(4 * 1024 * 1024 + 1));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).contains("at most 4,194,304 bytes");
        write("a/b", "1");
        assertThat(write("a", "1").message()).contains("a file and a folder");
    }

    @Test
    void aModelsChangesAreRevisionsOfItsResponseAndCanBeTakenBack() throws IOException {
        write("a.txt", "one\n");
        bench.work.model.plays(
                Script.call("read_file", "{\"path\":\"a.txt\"}"),
                Script.call("write_file", "{\"path\":\"a.txt\",\"content\":\"two\\n\"}"),
                Script.call(
                        "apply_patch",
                        "{\"patch\":\"*** Begin Patch\\n*** Update File: a.txt\\n@@\\n-two\\n+three\\n"
                                + "*** Add File: b.txt\\n+new\\n*** End Patch\"}"),
                Script.says("Done."));

        Answer answer = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Change it.\",\"conversation\":\"" + conversation
                + "\",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"require_approval\":\"never\"}]}");

        assertThat(answer.json().at("/output/0/output").asString()).isEqualTo("one\n");
        assertThat(file("a.txt").json().path("content").asString()).isEqualTo("three\n");
        JsonNode revisions = bench.get(workspace + "/revisions").json();
        assertThat(revisions.at("/data/0/revision").asInt()).isEqualTo(3);
        assertThat(revisions.at("/data/0/response_id").asString())
                .isEqualTo(answer.json().path("id").asString());
        assertThat(revisions.at("/data/0/files/1/change").asString()).isEqualTo("added");
        assertThat(revisions.at("/data/2/response_id").isNull()).isTrue();

        String id = answer.json().path("id").asString();
        JsonNode undone = bench.post("/v1/responses/" + id + "/rollback", "").json();
        assertThat(undone.path("undone")).hasSize(2);
        assertThat(file("a.txt").json().path("content").asString()).isEqualTo("one\n");
        assertThat(file("b.txt").status()).isEqualTo(404);
    }

    @Test
    void revisionsArePagedAndRestored() throws IOException {
        for (int i = 1; i <= 3; i++) {
            write("a", "text " + i);
        }

        JsonNode page =
                bench.get(workspace + "/revisions", Map.of("limit", "2")).json();
        assertThat(page.path("last_id").asString()).isEqualTo("2");
        assertThat(page.path("has_more").asBoolean()).isTrue();
        JsonNode rest =
                bench.get(workspace + "/revisions", Map.of("after", "2")).json();
        assertThat(rest.path("data")).hasSize(1);
        assertThat(bench.get(workspace + "/revisions", Map.of("after", "x")).status())
                .isEqualTo(400);

        assertThat(bench.post(workspace + "/restore", "{\"revision\":1}")
                        .json()
                        .path("revision")
                        .asInt())
                .isEqualTo(4);
        assertThat(file("a").json().path("content").asString()).isEqualTo("text 1");
        assertThat(bench.post(workspace + "/restore", "{\"revision\":9}").status())
                .isEqualTo(404);
    }

    @Test
    void aDeletedConversationHasNoFiles() throws IOException {
        write("a", "1");
        bench.delete("/v1/conversations/" + conversation);

        assertThat(bench.get(workspace).status()).isEqualTo(404);
        assertThat(write("a", "1").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("dev.turnpike.workspace.WorkspacePathTest#outside")
    @DisplayName("Row 34: a path that leads out of the workspace is refused by the routes")
    void noRouteLeadsOutOfTheWorkspace(String path) throws IOException {
        assertThat(write(path, "x").status()).isEqualTo(400);
        assertThat(file(path).status()).isEqualTo(400);
        assertThat(bench.get(workspace).json().path("revision").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {".git/config", "a/.GIT/hooks/pre-commit"})
    @DisplayName("Row 34: what Git keeps for itself is no business of the routes")
    void gitsOwnFilesAreLeftAlone(String path) throws IOException {
        assertThat(write(path, "x").status()).isEqualTo(400);
        assertThat(file(path).status()).isEqualTo(400);
    }
}
