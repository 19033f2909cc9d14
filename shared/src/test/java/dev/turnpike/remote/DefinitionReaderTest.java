package dev.turnpike.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.Effect;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionReaderTest {
    private static final String PARAMETERS =
            "'parameters':{'type':'object','properties':{'id':{'type':'string'},'q':{'type':'string'}},'required':['id']}";

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    private static Definition one(String fields) {
        return DefinitionReader.read(json("[{" + fields + "}]")).getFirst();
    }

    @Test
    void aLambdaToolIsReadWithAllItsFields() {
        var lambda = (Definition.Lambda) one("'kind':'lambda','name':'book','description':'Books.'," + PARAMETERS
                + ",'function':'arn:aws:lambda:eu-west-1:123456789012:function:book:live','effect':'repeatable',"
                + "'timeout_seconds':20,'dry_run':true,'offered':false,"
                + "'compensation':{'tool':'cancel','arguments':{'id':'{output.id}'}}");

        assertThat(lambda.function()).endsWith(":book:live");
        assertThat(lambda.dryRun()).isTrue();
        assertThat(lambda.spec().effect()).isEqualTo(Effect.REPEATABLE);
        assertThat(lambda.spec().offered()).isFalse();
        assertThat(lambda.spec().timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(lambda.spec().compensation().orElseThrow().tool()).isEqualTo("cancel");
    }

    @Test
    void whatIsNotSaidIsTheCautiousThing() {
        var lambda = (Definition.Lambda)
                one(
                        "'kind':'lambda','name':'book','description':'Books.','parameters':{'type':'object'},'function':'book'");
        var mcp = (Definition.Mcp) one("'kind':'mcp','label':'things','url':'https://mcp.example.com/mcp'");

        assertThat(lambda.spec().effect()).isEqualTo(Effect.ONCE);
        assertThat(lambda.dryRun()).isFalse();
        assertThat(lambda.spec().offered()).isTrue();
        assertThat(lambda.spec().parameters()).contains("\"properties\":{}");
        assertThat(mcp.trustAnnotations()).isFalse();
        assertThat(mcp.effects()).isEmpty();
        assertThat(mcp.secret()).isEmpty();
    }

    @Test
    void anHttpToolKnowsHowItsSecretGoes() {
        String common = "'kind':'http','name':'find','description':'Finds.'," + PARAMETERS
                + ",'method':'GET','url':'https://api.example.com/v1/{id}?q={q}','secret':'arn:aws:secret'";
        var bearer = (Definition.Http) one(common);
        var named = (Definition.Http) one(common + ",'secret_header':'X-Api-Key','headers':{'X-Team':'a'}");

        assertThat(bearer.secret()).contains(new Definition.Secret("arn:aws:secret", "Authorization", "Bearer "));
        assertThat(named.secret()).contains(new Definition.Secret("arn:aws:secret", "X-Api-Key", ""));
        assertThat(named.headers()).isEqualTo(Map.of("X-Team", "a"));
    }

    @Test
    void aServerOfToolsIsReadWithAllItsFields() {
        var mcp = (Definition.Mcp) one("'kind':'mcp','label':'every-thing','url':'http://127.0.0.1:3001/mcp',"
                + "'allowed_tools':['echo','add'],'effects':{'add':'read_only'},'trust_annotations':true,"
                + "'pin':{'echo':'0123456789abcdef'}");

        assertThat(mcp.allowed()).isEqualTo(Set.of("echo", "add"));
        assertThat(mcp.effects()).isEqualTo(Map.of("add", Effect.READ_ONLY));
        assertThat(mcp.pins()).isEqualTo(Map.of("echo", "0123456789abcdef"));
        assertThat(mcp.trustAnnotations()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | it is no list",
                "[ | it is not JSON",
                "[1] | [0] is not an object",
                "[{}] | [0].kind is missing",
                "[{'kind':'soap'}] | [0].kind must be one of lambda, http, mcp",
                "[{'kind':'mcp','label':'Turn','url':'https://a.test'}] | [0].label must be",
                "[{'kind':'mcp','label':'a__b','url':'https://a.test'}] | [0].label must be",
                "[{'kind':'mcp','label':'turnpike','url':'https://a.test'}] | [0].label must not be turnpike",
                "[{'kind':'mcp','label':'a','url':'ftp://a.test'}] | [0].url must be like",
                "[{'kind':'mcp','label':'a','url':'https://u:p@a.test'}] | [0].url must be like",
                "[{'kind':'mcp','label':'a','url':'https://a.test/{x}'}] | [0].url must have nothing in braces",
                "[{'kind':'mcp','label':'a','url':'https://a.test','token':'x'}] | [0].token means nothing here",
                "[{'kind':'mcp','label':'a','url':'https://a.test','effects':{'x':'often'}}] | [0].effects.x must be"
                        + " one of read_only, repeatable, once",
                "[{'kind':'mcp','label':'a','url':'https://a.test','pin':{'x':'y'}}] | [0].pin.x must be a digest",
                "[{'kind':'mcp','label':'a','url':'https://a.test'},{'kind':'mcp','label':'a','url':'https://b.test'}]"
                        + " | [1].label is taken",
                "[{'kind':'lambda','name':'a b'}] | [0].name must be 1 to 64",
                "[{'kind':'lambda','name':'a'}] | [0].description is missing",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{}}] | [0].parameters must be a JSON"
                        + " Schema of the type object",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{'type':'object','properties':{'x':{'type':'thing'}}}}]"
                    + " | [0].parameters can't be used",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{'type':'object'},'function':'a/b'}] |"
                        + " [0].function must be",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{'type':'object'},'function':'f','timeout_seconds':0}]"
                    + " | [0].timeout_seconds must be a whole number from 1 to 600",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{'type':'object'},'function':'f','dry_run':'yes'}]"
                    + " | [0].dry_run must be true or false",
                "[{'kind':'lambda','name':'a','description':'b','parameters':{'type':'object'},'function':'f','compensation':{'tool':'u','arguments':{'x':'{input.id}'}}}]"
                    + " | [0].compensation: what stands in braces",
            })
    void aMistakeIsNamed(String definitions, String message) {
        assertThatThrownBy(() -> DefinitionReader.read(json(definitions)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'method':'get','url':'https://a.test' | [0].method must be one of DELETE, GET, PATCH, POST, PUT",
                "'method':'GET','url':'https://{id}.a.test/' | [0].url must be like",
                "'method':'GET','url':'https://a.test:{id}/' | [0].url must be like",
                "'method':'GET','url':'{id}://a.test/' | [0].url must be like",
                "'method':'GET','url':'https://a.test/#{id}' | [0].url must be like",
                "'method':'GET','url':'https://a.test/{id' | [0].url has braces that are no {argument}",
                "'method':'GET','url':'https://a.test/../x' | [0].url must not have . or ..",
                "'method':'GET','url':'https://a.test/{other}' | [0].url names {other}, which parameters does not"
                        + " declare",
                "'method':'GET','url':'https://a.test/{q}' | [0].url needs {q} in its path, which parameters must"
                        + " require",
                "'method':'GET','url':'https://a.test','headers':{'Host':'b'} | [0].headers.Host is a header that"
                        + " can't be sent",
                "'method':'GET','url':'https://a.test','headers':{'Authorization':'Bearer sk-1'} |"
                        + " [0].headers.Authorization must not stand here",
                "'method':'GET','url':'https://a.test','secret_header':'X' | [0].secret is missing",
            })
    void aMistakeInAnHttpToolIsNamedAndNoValueRepeated(String fields, String message) {
        assertThatThrownBy(() -> one("'kind':'http','name':'a','description':'b'," + PARAMETERS + "," + fields))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("sk-1");
    }
}
