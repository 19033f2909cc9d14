package dev.turnpike.admission;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredItemsTest {
    private final Workbench bench = new Workbench(CountedTool.readOnly("look"));

    @Test
    void anItemIsFoundByItsIdAlone() {
        Run run = finished("{\"input\": \"Hello\"}");

        for (Item item : bench.items(run)) {
            assertThat(bench.storedItems.find(Workbench.TENANT, item.id())).containsExactly(item);
        }
    }

    @Test
    void aCallOfOurToolComesWithItsResult() {
        bench.model.plays(calls("look"));
        Run run = finished("{\"input\": \"Look\"}");
        List<Item> items = bench.items(run);

        assertThat(bench.storedItems.find(Workbench.TENANT, items.get(1).id()))
                .containsExactly(items.get(1), items.get(2));
    }

    @Test
    void anItemGoesOnInAnotherConversation() {
        Run first = finished("{\"input\": \"Hello\"}");
        String answer = bench.items(first).getLast().id();

        Run next = finished("{\"input\": [{\"type\": \"item_reference\", \"id\": \"%s\"}]}".formatted(answer));

        assertThat(next.key().conversation()).isNotEqualTo(first.key().conversation());
        assertThat(bench.items(next).getFirst()).isInstanceOfSatisfying(Item.Message.class, message -> {
            assertThat(message.role()).isEqualTo(Item.Role.ASSISTANT);
            assertThat(message.text()).isEqualTo("Hi.");
            assertThat(message.id()).isNotEqualTo(answer);
        });
    }

    @Test
    void whatIsUnknownAnotherTenantsOrNotStoredIsNotFound() {
        String known = bench.items(finished("{\"input\": \"Hello\"}")).getLast().id();
        String unstored = bench.items(finished("{\"input\": \"Hello\", \"store\": false}"))
                .getLast()
                .id();
        String otherAttempt = known.substring(0, known.length() - 1) + "_";

        assertThat(bench.storedItems.find("tenant-2", known)).isEmpty();
        for (String id : List.of(unstored, otherAttempt, known + "0", "msg_1", "")) {
            assertThat(bench.storedItems.find(Workbench.TENANT, id)).isEmpty();
        }
    }

    private Run finished(String json) {
        bench.model.plays(says("Hi."));
        Run run = bench.post(json);
        bench.work();
        return bench.now(run);
    }
}
