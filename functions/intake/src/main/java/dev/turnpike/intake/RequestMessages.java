package dev.turnpike.intake;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.Accounts.Both;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Owner;
import dev.turnpike.access.Payer;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.Applicant;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Failures;
import dev.turnpike.responses.QueueMessages.Received;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.IntakeParts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Serves one message of the requests queue.
final class RequestMessages {
    private static final int LONGEST_USER = 128;

    private final IntakeParts parts;

    RequestMessages(IntakeParts parts) {
        this.parts = parts;
    }

    /// @return false when the message must come again, or at last go to the dead letters
    boolean serve(SQSEvent.SQSMessage message, LambdaLogger log) {
        try {
            Received received =
                    parts.messages().read(message.getBody(), parts.storedItems().of(parts.tenant()));
            Admission admission = parts.admission().admit(application(message, received));
            switch (admission) {
                case Admission.Admitted admitted -> wake(admitted.run());
                // The queue has delivered the message before, and whoever took it may have died before this.
                case Admission.Repeated(Run run) when !run.status().terminal() -> wake(run);
                case Admission.Repeated _ -> {}
                // Its turn comes: the message waits in the queue.
                case Admission.ConversationLocked _ -> {
                    return false;
                }
                case Admission refused ->
                    throw Failures.of(refused, parts.messages().json(message.getBody()));
            }
            return true;
        } catch (ApiException refused) {
            return refuse(message, refused, log);
        }
    }

    private void wake(Run run) {
        parts.steps().wake(run, Duration.ZERO);
    }

    /// The user and the tenant may have caps of their own. A name of any length is somebody.
    private Applicant applicant(Received received) {
        String user = received.user().length() > LONGEST_USER ? ApiKeys.hash(received.user()) : received.user();
        Both both = parts.accounts()
                .find(new Owner(parts.tenant(), user), parts.clock().instant());
        List<Cap> caps = Allowance.over(
                both.user().allowance().caps(), both.tenant().allowance().caps());
        return new Applicant(parts.tenant(), new Payer(Payer.QUEUE, user), caps);
    }

    /// A queue delivers a message more than once; its id makes that one run.
    private Application application(SQSEvent.SQSMessage message, Received received) {
        var idempotency =
                new NewRun.Idempotency(ApiKeys.hash("sqs " + message.getMessageId()), ApiKeys.hash(message.getBody()));
        return new Application(
                applicant(received),
                received.request().request(),
                received.request().input(),
                received.request().history(),
                null,
                idempotency,
                received.reply());
    }

    /// Whoever gave a key is told; the rest goes to the dead letters, where people look.
    private boolean refuse(SQSEvent.SQSMessage message, ApiException refused, LambdaLogger log) {
        Optional<String> key = parts.messages().key(message.getBody());
        key.ifPresent(known -> parts.results()
                .send(parts.messages().refusal(known, refused, parts.clock().instant()), parts.tenant()));
        if (key.isEmpty()) {
            log.log("request " + message.getMessageId() + " can't be served: " + refused.code(), LogLevel.WARN);
        }
        return key.isPresent();
    }
}
