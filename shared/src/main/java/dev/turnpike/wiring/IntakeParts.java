package dev.turnpike.wiring;

import dev.turnpike.access.Accounts;
import dev.turnpike.admission.RunAdmission;
import dev.turnpike.admission.StoredItems;
import dev.turnpike.aws.ResultsQueue;
import dev.turnpike.responses.QueueMessages;
import dev.turnpike.run.StepQueue;
import java.time.InstantSource;

/// Everything that the intake serves with.
///
/// @param tenant owner of whatever arrives on the requests queue
public record IntakeParts(
        RunAdmission admission,
        StoredItems storedItems,
        StepQueue steps,
        ResultsQueue results,
        QueueMessages messages,
        Accounts accounts,
        String tenant,
        InstantSource clock) {}
