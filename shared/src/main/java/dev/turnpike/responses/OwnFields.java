package dev.turnpike.responses;

import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunRequest.Calls;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What a request says to this server alone, in its object `"turnpike"`; and what is kept there of a request besides,
/// which no caller can say.
final class OwnFields {
    /// Whether calls of our tools only say what they would change.
    private static final String DRY_RUN = "dry_run";

    private static final Set<String> OF_CALLERS = Set.of(CacheField.NAME, DRY_RUN);
    private static final List<String> KEPT = List.copyOf(OF_CALLERS);

    private static final String SERVER_TOOLS = "server_tools";
    private static final String COMPACT = "compact";
    private static final String UNDOES = "undoes";
    private static final String UNASKABLE = "unaskable";

    private OwnFields() {}

    /// @throws ApiException one of them is wrong
    static void validate(Fields ours) {
        ours.allowOnly(OF_CALLERS);
        CacheField.read(ours);
        ours.flag(DRY_RUN);
    }

    /// Replaces what a body says to us by what is kept of it.
    ///
    /// @return the object, to be added to
    static ObjectNode keep(ObjectNode body, ToolOffer offer, ToolOffer.Form form) {
        var said = body.path(RequestReader.OURS);
        ObjectNode ours = body.putObject(RequestReader.OURS);
        KEPT.stream().filter(said::has).forEach(name -> ours.set(name, said.get(name)));
        if (form == ToolOffer.Form.COMPLETIONS) {
            ours.put(UNASKABLE, true);
        }
        var serverTools = ours.putArray(SERVER_TOOLS);
        offer.serverTools().forEach(serverTools::add);
        return ours;
    }

    /// The body of a run that only summarises.
    static void compactOnly(ObjectNode body) {
        body.putObject(RequestReader.OURS).put(COMPACT, true).putArray(SERVER_TOOLS);
    }

    /// The body of a run that undoes what another has done.
    ///
    /// @param tools that it calls
    static void undo(ObjectNode body, String response, Iterable<String> tools) {
        var serverTools =
                body.putObject(RequestReader.OURS).put(UNDOES, response).putArray(SERVER_TOOLS);
        tools.forEach(serverTools::add);
    }

    static List<String> serverTools(Fields body) {
        return body.object(RequestReader.OURS)
                .map(ours -> ours.texts(SERVER_TOOLS))
                .orElse(List.of());
    }

    static boolean compactsOnly(Fields body) {
        return flag(body, COMPACT);
    }

    static RunRequest.Calls calls(Fields body) {
        String undoes = body.object(RequestReader.OURS)
                .flatMap(ours -> ours.text(UNDOES))
                .orElse(null);
        return new Calls(!flag(body, UNASKABLE), flag(body, DRY_RUN), undoes);
    }

    private static boolean flag(Fields body, String name) {
        return body.object(RequestReader.OURS).flatMap(ours -> ours.flag(name)).orElse(false);
    }
}
