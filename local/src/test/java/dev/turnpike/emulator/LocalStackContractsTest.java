package dev.turnpike.emulator;

import dev.turnpike.access.AccessContract;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.replay.EventLog;
import dev.turnpike.replay.EventLogContract;
import dev.turnpike.run.ConversationStoreContract;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStoreContract;
import dev.turnpike.run.StepQueueContract;
import dev.turnpike.run.WorkspaceStoreContract;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The contracts that the fakes and the embedded emulators keep, kept by LocalStack too.
@EnabledIf(value = "dev.turnpike.emulator.LocalStack#dockerRuns", disabledReason = LocalStack.REASON)
@Timeout(300)
class LocalStackContractsTest {
    @RegisterExtension
    static final FreshTables TABLES = FreshTables.onLocalStack();

    @Nested
    class Runs extends RunStoreContract {
        @Override
        protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
            return TABLES.stores(clock, timeToLive, requests);
        }
    }

    @Nested
    class Conversations extends ConversationStoreContract {
        @Override
        protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
            return TABLES.stores(clock, timeToLive, requests);
        }
    }

    @Nested
    class Workspaces extends WorkspaceStoreContract {
        @Override
        protected Stores open(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
            return TABLES.stores(clock, timeToLive, requests);
        }

        @Override
        protected WorkspaceStore workspaces(InstantSource clock) {
            return TABLES.workspaces(clock);
        }
    }

    @Nested
    class Access extends AccessContract {
        @Override
        protected AccessStores open() {
            return TABLES.access();
        }
    }

    @Nested
    class Events extends EventLogContract {
        @Override
        protected EventLog open(InstantSource clock) {
            return TABLES.eventLog(clock);
        }

        @Override
        protected void delete(ConversationKey conversation, Instant now) {
            TABLES.delete(conversation, now);
        }
    }

    @Nested
    class Steps extends StepQueueContract {
        private static SqsClient sqs;

        @BeforeAll
        static void start() {
            sqs = LocalStack.cloud().sqsClient();
        }

        @AfterAll
        static void stop() {
            sqs.close();
        }

        @Override
        protected Ends open() {
            return SqsEnds.open(sqs);
        }
    }
}
