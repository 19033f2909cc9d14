package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Reasoning;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which items an `input` becomes.
class InputReaderTest {
    @Test
    void aTextIsAMessageOfTheUser() {
        assertThat(read("\"hi\"")).containsExactly(user("hi"));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aMessageNeedsNoTypeAndItsContentMayBeAText(Role role) {
        String name = role.name().toLowerCase(Locale.ROOT);
        assertThat(read("[{\"role\":\"" + name + "\",\"content\":\"hi\"}]"))
                .containsExactly(Message.text("", role, "hi"));
    }

    @Test
    void aMessageMayHaveParts() {
        assertThat(read("""
            [{"type":"message","role":"user","content":[
              {"type":"input_text","text":"What is this?"},
              {"type":"input_image","image_url":"https://example.com/a.png"},
              {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}]}]\
            """))
                .containsExactly(new Message(
                        "",
                        Role.USER,
                        List.of(
                                new Part.Text("What is this?"),
                                new Part.Image("https://example.com/a.png", null),
                                new Part.Image("data:image/png;base64,iVBORw0KGgo=", "low")),
                        false));
    }

    @Test
    void aSummaryIsReadBackAsItWasGiven() {
        var summary = new Item.Compaction("", "They like 3:4:tea \u00e9\uD83D\uDE00.", "Go on: 7", 2);
        assertThat(read("[{\"type\":\"compaction\",\"id\":\"cmp_1\",\"encrypted_content\":\""
                        + CompactionText.write(summary) + "\"}]"))
                .containsExactly(summary);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tpc1_", "tpc1_AAAA", "tpc1_!", "gAAAAABkY", "tpc1_eJwzMDQAAAE"})
    void aSummaryThatWasNotMadeHereIsRefused(String content) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("[{\"type\":\"compaction\",\"encrypted_content\":\"" + content + "\"}]"))
                .satisfies(refused -> assertThat(refused.param()).isEqualTo("input[0].encrypted_content"));
    }

    @Test
    void aSummaryThatSwellsIsRefused() {
        var swollen = new Item.Compaction("", "x".repeat(2_000_000), "", 0);
        assertThat(CompactionText.read(CompactionText.write(swollen))).isEmpty();
    }

    @Test
    void anApprovalIsWhatItNamesAndWhatItSays() {
        assertThat(read("""
            [{"type":"mcp_approval_response","approval_request_id":"mcpr_1","approve":true,"reason":null},
             {"type":"mcp_approval_response","id":"mcprr_2","approval_request_id":"mcpr_2","approve":false,
              "reason":"Too dear."}]\
            """))
                .containsExactly(
                        new Item.Approval("", "mcpr_1", true, null, "", "", ""),
                        new Item.Approval("", "mcpr_2", false, "Too dear.", "", "", ""));
    }

    @Test
    void anApprovalThatIsSentBackWithTheCallItLedToIsHistory() {
        assertThat(read("""
            [{"type":"mcp_approval_request","id":"mcpr_1","server_label":"turnpike","name":"pay","arguments":"{}"},
             {"type":"mcp_approval_response","approval_request_id":"mcpr_1","approve":true},
             {"type":"mcp_call","id":"mcp_1","server_label":"turnpike","name":"pay","arguments":"{}","output":"Paid.",
              "approval_request_id":"mcpr_1"},
             {"type":"mcp_approval_request","id":"mcpr_2","server_label":"turnpike","name":"pay","arguments":"{}"},
             {"type":"mcp_approval_response","approval_request_id":"mcpr_2","approve":true}]\
            """))
                .containsExactly(
                        new ToolCall("", "mcp_1", "pay", "{}", Executor.SERVER),
                        new ToolResult("", "mcp_1", "Paid.", Outcome.DONE, Executor.SERVER),
                        new Item.Approval("", "mcpr_2", true, null, "", "", ""));
    }

    @Test
    void aFormerOutputIsReadBackAsItWas() {
        assertThat(read("""
            [{"role":"user","content":"Add 1 and 2, then ask for my name."},
             {"id":"rs_1","type":"reasoning","status":"completed","encrypted_content":null,
              "summary":[{"type":"summary_text","text":"I should "},{"type":"summary_text","text":"add."}]},
             {"id":"mcp_1","type":"mcp_call","status":"completed","server_label":"turnpike","name":"calculate",
              "arguments":"{\\"expression\\":\\"1+2\\"}","output":"3","error":null,"approval_request_id":null},
             {"id":"msg_1","type":"message","status":"completed","role":"assistant","phase":"commentary",
              "content":[{"type":"output_text","text":"It is 3.","annotations":[],"logprobs":[]},
                         {"type":"refusal","refusal":"No more."}]},
             {"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"ask",
              "arguments":"{}"},
             {"type":"function_call_output","call_id":"call_1","output":"Ada"}]\
            """))
                .containsExactly(
                        user("Add 1 and 2, then ask for my name."),
                        new Reasoning("", "I should add."),
                        new ToolCall("", "mcp_1", "calculate", "{\"expression\":\"1+2\"}", Executor.SERVER),
                        new ToolResult("", "mcp_1", "3", Outcome.DONE, Executor.SERVER),
                        new Message(
                                "",
                                Role.ASSISTANT,
                                List.of(new Part.Text("It is 3."), new Part.Refusal("No more.")),
                                false),
                        new ToolCall("", "call_1", "ask", "{}", Executor.CLIENT),
                        new ToolResult("", "call_1", "Ada", Outcome.DONE, Executor.CLIENT));
    }

    @Test
    void whatThisServerPutsOutIsReadBackAsItWas() {
        List<Item> output = List.of(
                new Reasoning("rs_1", "Hm."),
                new ToolCall("mcp_1", "call_9", "calculate", "{\"expression\":\"1/0\"}", Executor.SERVER),
                new ToolResult("fco_1", "call_9", "Division by zero.", Outcome.FAILED, Executor.SERVER),
                new Message("msg_1", Role.ASSISTANT, List.of(new Part.Text("Cut")), true),
                new ToolCall("fc_1", "call_1", "ask", "{}", Executor.CLIENT));
        var response = Requests.MAPPER.readTree(new ResponseWriter(Requests.MAPPER, _ -> Optional.empty())
                .text(Runs.completed().build(), output));
        assertThat(Requests.read("{\"model\":\"gpt-4o\",\"input\":" + response.get("output") + "}")
                        .input())
                .containsExactly(
                        new Reasoning("", "Hm."),
                        new ToolCall("", "mcp_1", "calculate", "{\"expression\":\"1/0\"}", Executor.SERVER),
                        new ToolResult("", "mcp_1", "Division by zero.", Outcome.FAILED, Executor.SERVER),
                        new Message("", Role.ASSISTANT, List.of(new Part.Text("Cut")), true),
                        new ToolCall("", "call_1", "ask", "{}", Executor.CLIENT));
    }

    @Test
    void aFailedCallOfOursStaysFailedAndAnUnfinishedOneNeverRuns() {
        assertThat(read("""
            [{"id":"mcp_1","type":"mcp_call","name":"recall","arguments":"{}","output":null,"error":"No note."},
             {"id":"mcp_2","type":"mcp_call","name":"recall","arguments":"{}","error":{"code":5}},
             {"id":"mcp_3","type":"mcp_call","name":"recall","arguments":"{}","output":"","error":null},
             {"id":"mcp_4","type":"mcp_call","name":"recall","status":"incomplete","output":null}]\
            """))
                .filteredOn(ToolResult.class::isInstance)
                .containsExactly(
                        new ToolResult("", "mcp_1", "No note.", Outcome.FAILED, Executor.SERVER),
                        new ToolResult("", "mcp_2", "{\"code\":5}", Outcome.FAILED, Executor.SERVER),
                        new ToolResult("", "mcp_3", "", Outcome.DONE, Executor.SERVER),
                        new ToolResult("", "mcp_4", "The call has no result.", Outcome.FAILED, Executor.SERVER));
    }

    @Test
    void aListOfAServersToolsIsNoPartOfTheConversation() {
        assertThat(read("[{\"type\":\"mcp_list_tools\",\"id\":\"mcpl_1\",\"tools\":[]},"
                        + "{\"role\":\"user\",\"content\":\"hi\"}]"))
                .containsExactly(user("hi"));
    }

    @Test
    void aResultMayComeInParts() {
        assertThat(read("""
            [{"type":"function_call","call_id":"c","name":"f","arguments":""},
             {"type":"function_call_output","id":"fco_1","status":"completed","call_id":"c","output":
               [{"type":"input_text","text":"one "},{"type":"input_text","text":"two"}]}]\
            """))
                .last()
                .isEqualTo(new ToolResult(
                        "",
                        "c",
                        "one two",
                        List.of(new Part.Text("one "), new Part.Text("two")),
                        Outcome.DONE,
                        Executor.CLIENT));
    }

    @Test
    void reasoningMayBeEmpty() {
        assertThat(read("[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]},"
                        + "{\"type\":\"reasoning\",\"id\":\"rs_2\",\"encrypted_content\":\"x\"}]"))
                .containsExactly(new Reasoning("", ""), new Reasoning("", ""));
    }

    @Test
    void aReferenceStandsForWhatIsStored() {
        var call = new ToolCall("mcp_1", "c", "calculate", "{}", Executor.SERVER);
        var result = new ToolResult("fco_1", "c", "42", Outcome.DONE, Executor.SERVER);
        Map<String, List<Item>> stored = Map.of("mcp_1", List.of(call, result), "msg_1", List.of(user("hi")));

        assertThat(Requests.read("""
            {"model": "gpt-4o", "input": [
              {"type": "item_reference", "id": "mcp_1"},
              {"type": "item_reference", "id": "mcp_1"},
              {"id": "msg_1"}]}\
            """, id -> stored.getOrDefault(id, List.of())).input())
                .containsExactly(call, result, user("hi"));
    }

    @Test
    void aRequestForApprovalIsPassedOverByItsIdAsWhenItIsSentWhole() {
        var asked = new Item.ApprovalRequest("mcpr_1", "calculate", "{}", "");

        assertThat(Requests.read("""
            {"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}, {"type": "item_reference", "id": "mcpr_1"}]}\
            """, _ -> List.of(asked)).input()).containsExactly(user("hi"));
    }

    @Test
    void aReferenceToNothingIsRefused() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]"))
                .withMessage("Item with id 'msg_1' not found. Items are not kept when 'store' is false.")
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(404));
    }

    @Test
    void aMessageMayBeEmpty() {
        assertThat(read("[{\"role\":\"user\",\"content\":[]},{\"role\":\"user\",\"content\":\"\"}]"))
                .containsExactly(new Message("", Role.USER, List.of(), false), user(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        # what it is
        {}                           | missing_required_parameter | .role    | Missing required parameter: 'input[0].role'.
        {"content":"hi"}             | missing_required_parameter | .role    | Missing required parameter: 'input[0].role'.
        {"type":"message"}           | missing_required_parameter | .role    | Missing required parameter: 'input[0].role'.
        {"type":5}                   | invalid_type               | .type    | Invalid type for 'input[0].type': expected a string, but got an integer instead.
        {"type":"mcp_approval_response","approve":true} | missing_required_parameter | .approval_request_id | Missing required parameter: 'input[0].approval_request_id'.
        {"type":"mcp_approval_response","approval_request_id":"a"} | missing_required_parameter | .approve | Missing required parameter: 'input[0].approve'.
        {"type":"image"}             | invalid_value              | .type    | Invalid value: 'image'. Supported values are: 'message', 'function_call', 'function_call_output', 'reasoning', 'mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', and 'compaction'.
        # messages
        {"role":"user"}              | missing_required_parameter | .content | Missing required parameter: 'input[0].content'.
        {"role":"user","content":null} | missing_required_parameter | .content | Missing required parameter: 'input[0].content'.
        {"role":"user","content":5}  | invalid_type               | .content | Invalid type for 'input[0].content': expected a string or an array, but got an integer instead.
        {"role":"user","content":{}} | invalid_type               | .content | Invalid type for 'input[0].content': expected a string or an array, but got an object instead.
        {"role":"bot","content":""}  | invalid_value              | .role    | Invalid value: 'bot'. Supported values are: 'assistant', 'system', 'developer', and 'user'.
        {"role":"tool","content":""} | invalid_value              | .role    | Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.
        {"role":true,"content":""}   | invalid_type               | .role    | Invalid type for 'input[0].role': expected a string, but got a boolean instead.
        {"role":"user","content":["hi"]} | invalid_type           | .content[0] | Invalid type for 'input[0].content[0]': expected an object, but got a string instead.
        {"role":"user","content":[{}]} | missing_required_parameter | .content[0].type | Missing required parameter: 'input[0].content[0].type'.
        {"role":"user","content":[{"type":"text","text":"x"}]} | invalid_value | .content[0].type | Invalid value: 'text'. Supported values are: 'input_text', 'input_image', 'input_video', and 'input_file'.
        {"role":"user","content":[{"type":"output_text","text":"x"}]} | invalid_value | .content[0].type | Invalid value: 'output_text'. Supported values are: 'input_text', 'input_image', 'input_video', and 'input_file'.
        {"role":"assistant","content":[{"type":"input_text","text":"x"}]} | invalid_value | .content[0].type | Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.
        {"role":"user","content":[{"type":"input_text"}]} | missing_required_parameter | .content[0].text | Missing required parameter: 'input[0].content[0].text'.
        {"role":"user","content":[{"type":"input_file","file_id":"f"}]} | unsupported_value | .content[0].file_id | Files that lie elsewhere are not supported. Send the file itself in 'file_data'.
        # images
        {"role":"user","content":[{"type":"input_image"}]} | missing_required_parameter | .content[0].image_url | Missing required parameter: 'input[0].content[0].image_url'.
        {"role":"user","content":[{"type":"input_image","image_url":{"url":"x"}}]} | invalid_type | .content[0].image_url | Invalid type for 'input[0].content[0].image_url': expected a string, but got an object instead.
        {"role":"user","content":[{"type":"input_image","image_url":"file:///etc/passwd"}]} | invalid_image_url | .content[0].image_url | Invalid 'input[0].content[0].image_url': expected an https URL or a data URL of an image.
        {"role":"user","content":[{"type":"input_image","image_url":"data:text/html,x"}]} | invalid_image_url | .content[0].image_url | Invalid 'input[0].content[0].image_url': expected an https URL or a data URL of an image.
        {"role":"user","content":[{"type":"input_image","file_id":"f"}]} | unsupported_value | .content[0].file_id | Uploaded files are not supported. Send the image in 'image_url'.
        {"role":"user","content":[{"type":"input_image","image_url":"https://a/b","detail":"tiny"}]} | invalid_value | .content[0].detail | Invalid value: 'tiny'. Supported values are: 'low', 'high', 'auto', and 'original'.
        # calls and results
        {"type":"function_call","name":"f","arguments":"{}"} | missing_required_parameter | .call_id | Missing required parameter: 'input[0].call_id'.
        {"type":"function_call","call_id":"c","arguments":"{}"} | missing_required_parameter | .name | Missing required parameter: 'input[0].name'.
        {"type":"function_call","call_id":"c","name":"","arguments":"{}"} | empty_string | .name | Invalid 'input[0].name': empty string. Expected a string with minimum length 1, but got an empty string instead.
        {"type":"function_call","call_id":"c","name":"f"} | missing_required_parameter | .arguments | Missing required parameter: 'input[0].arguments'.
        {"type":"function_call","call_id":"c","name":"f","arguments":{}} | invalid_type | .arguments | Invalid type for 'input[0].arguments': expected a string, but got an object instead.
        {"type":"function_call_output","output":"x"} | missing_required_parameter | .call_id | Missing required parameter: 'input[0].call_id'.
        {"type":"function_call_output","call_id":"","output":"x"} | empty_string | .call_id | Invalid 'input[0].call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.
        {"type":"function_call_output","call_id":"c"} | missing_required_parameter | .output | Missing required parameter: 'input[0].output'.
        {"type":"function_call_output","call_id":"c","output":5} | invalid_type | .output | Invalid type for 'input[0].output': expected a string or an array, but got an integer instead.
        {"type":"function_call_output","call_id":"c","output":[{"text":"x"}]} | missing_required_parameter | .output[0].type | Missing required parameter: 'input[0].output[0].type'.
        {"type":"function_call_output","call_id":"c","output":[{"type":"input_image"}]} | missing_required_parameter | .output[0].image_url | Missing required parameter: 'input[0].output[0].image_url'.
        {"type":"mcp_call","name":"recall"} | missing_required_parameter | .id | Missing required parameter: 'input[0].id'.
        {"type":"reasoning","id":"r","summary":"x"} | invalid_type | .summary | Invalid type for 'input[0].summary': expected an array, but got a string instead.
        """)
    void aBadItemIsNamedByItsPlace(String item, String code, String place, String message) {
        ApiException refusal = Requests.refusal("{\"model\":\"gpt-4o\",\"input\":[" + item + "]}");
        assertThat(refusal).hasMessage(message);
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo("input[0]" + place);
    }

    private static Message user(String text) {
        return Message.text("", Role.USER, text);
    }

    private static List<Item> read(String input) {
        return Requests.read("{\"model\":\"gpt-4o\",\"input\":" + input + "}").input();
    }
}
