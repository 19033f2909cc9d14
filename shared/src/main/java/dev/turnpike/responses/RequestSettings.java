package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.run.RunRequest.Compaction;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the deployment says where a request says nothing.
///
/// @param maxTokens output tokens of one model call
/// @param temperature null leaves it to the provider
/// @param serverTools gives the names of the tools that runs are offered now
/// @param compaction of a request that does not say when older items are to be summarised
/// @param models of requests that name none
/// @param modelAllowed whether a request may name this model
/// @param passes names of parameters that go on to the provider although nothing here knows them
/// @param readsPdfs whether this model can be sent PDFs
/// @param seesVideos whether this model can be sent videos
public record RequestSettings(
        int maxTokens,
        @Nullable Double temperature,
        Supplier<List<String>> serverTools,
        Compaction compaction,
        DefaultModels models,
        Predicate<String> modelAllowed,
        Predicate<String> passes,
        Predicate<String> readsPdfs,
        Predicate<String> seesVideos) {

    /// With some of our tools only.
    public RequestSettings withTools(Predicate<String> offered) {
        return new RequestSettings(
                maxTokens,
                temperature,
                () -> serverTools.get().stream().filter(offered).toList(),
                compaction,
                models,
                modelAllowed,
                passes,
                readsPdfs,
                seesVideos);
    }

    /// Refuses input for a model that can't read it.
    ///
    /// @param param the field that the input came in
    public void requireReadable(String model, List<Item> input, String param) {
        if (holds(input, part -> part instanceof Part.File file && file.isPdf()) && !readsPdfs.test(model)) {
            throw refused(
                    "unsupported_file",
                    param,
                    "The model '%s' does not read PDFs here. Send their text, or ask" + " another model.",
                    model);
        }
        if (holds(input, Part.Video.class::isInstance) && !seesVideos.test(model)) {
            throw refused(
                    "media_error",
                    param,
                    "The model '%s' does not see videos here. Send images, or ask another" + " model.",
                    model);
        }
    }

    private static boolean holds(List<Item> input, Predicate<Part> what) {
        return input.stream().flatMap(item -> item.parts().stream()).anyMatch(what);
    }

    private static ApiException refused(String code, String param, String message, String model) {
        return ApiException.invalid(code, param, message.replace("%s", WireText.shown(model)));
    }

    /// @param vision of input that is to be looked at
    public record DefaultModels(String plain, String vision) {
        /// A request with the model that serves it.
        ///
        /// @param earlier the model of the response that it goes on from; asked for where it counts
        public Fields named(Fields asked, List<Item> input, Supplier<Optional<String>> earlier) {
            return asked.has("model") ? asked : asked.with("model", chosen(input, earlier));
        }

        private String chosen(List<Item> input, Supplier<Optional<String>> earlier) {
            boolean seen = input.stream().flatMap(item -> item.parts().stream()).anyMatch(DefaultModels::isSeen);
            return seen ? vision : earlier.get().orElse(plain);
        }

        private static boolean isSeen(Part part) {
            return switch (part) {
                case Part.Image _, Part.Video _ -> true;
                case Part.Text _, Part.Refusal _, Part.File _ -> false;
            };
        }
    }
}
