package dev.turnpike.wiring;

import dev.turnpike.admission.AdmissionSettings;
import dev.turnpike.engine.EngineSettings;
import dev.turnpike.responses.RequestSettings;
import dev.turnpike.run.RunRequest.Compaction;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What a deployment's settings mean for single parts.
final class PartSettings {
    private PartSettings() {}

    /// @param known gives the names of all tools that models may be shown, as they are now
    static RequestSettings requests(Settings settings, Supplier<? extends Collection<String>> known) {
        Settings.Provider to = settings.provider();
        Supplier<List<String>> offered = () ->
                known.get().stream().filter(settings.tools().offered()::matches).toList();
        OptionalInt compactAbove = settings.limits().context().compactAboveTokens();
        return new RequestSettings(
                settings.limits().context().maxOutputTokens(),
                to.temperature().isPresent() ? to.temperature().getAsDouble() : null,
                offered,
                compactAbove.isPresent() ? new Compaction.Above(compactAbove.getAsInt()) : new Compaction.Never(),
                new RequestSettings.DefaultModels(to.model(), to.visionModel()),
                to::allows,
                settings.deployment().passParameters()::matches,
                to.pdfModels()::matches,
                to.videoModels()::matches);
    }

    /// @param owner of leases
    static EngineSettings engine(Settings.Limits limits, String owner) {
        Settings.Limits.Context context = limits.context();
        Settings.Limits.ModelCall call = limits.modelCall();
        return EngineSettings.defaults(owner)
                .with(
                        longer(call.firstByte(), call.idle()),
                        call.total(),
                        limits.run().toolTimeout(),
                        context.maxMessages(),
                        context.windowTokens().orElse(0));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /// @param priced whether it is known what a model costs
    static AdmissionSettings admission(Settings.Limits limits, Predicate<String> priced) {
        return new AdmissionSettings(
                limits.run().maxSteps(),
                1 + limits.modelCall().maxRetries(),
                limits.run().timeout(),
                limits.conversationTtl(),
                limits.use().allowance().caps(),
                priced);
    }
}
