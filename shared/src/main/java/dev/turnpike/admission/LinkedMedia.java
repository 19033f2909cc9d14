package dev.turnpike.admission;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.MediaType;
import dev.turnpike.egress.Egress;
import dev.turnpike.egress.EgressException;
import dev.turnpike.egress.FetchLimits;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// What becomes of images and videos that a request gives by https URL.
///
/// Fetched ones become data URLs, so every step of the run, and of later runs, shows the same bytes.
public final class LinkedMedia {
    /// Of one request. All are fetched side by side, so none waits for another.
    private static final int MOST_LINKS = 10;

    /// What an item can hold, and what the intake has time for, ten messages at a time.
    private static final FetchLimits LIMITS = new FetchLimits(MediaType.MOST_BYTES, Duration.ofSeconds(5));

    private final Policy policy;
    private final Supplier<Egress> egress;

    /// @param egress asked for when there is something to fetch
    public LinkedMedia(Policy policy, Supplier<Egress> egress) {
        this.policy = policy;
        this.egress = egress;
    }

    public enum Policy {
        /// The provider fetches them.
        PASS,
        /// We fetch them, before the run is created.
        FETCH,
        REFUSE
    }

    /// What has become of a request's items.
    public sealed interface Filling {
        /// @param items the same without links that somebody would have to follow, unless the provider does
        record Filled(List<Item> items) implements Filling {}

        /// @param url as the request has it
        /// @param why the end of a sentence for the caller
        record Refused(String url, boolean video, Fault fault, String why) implements Filling {}
    }

    public enum Fault {
        /// No URL is taken here, or not this one.
        URL,
        /// It leads to nothing that can be had.
        DOWNLOAD,
        TOO_LARGE,
        /// It leads to something else.
        TYPE
    }

    /// An https URL of an image or a video.
    private record Link(String url, boolean video) {
        static Optional<Link> of(Part part) {
            return switch (part) {
                case Part.Image(String url, var _) when part.isLinked() -> Optional.of(new Link(url, false));
                case Part.Video(String url) when part.isLinked() -> Optional.of(new Link(url, true));
                case Part.Image _, Part.Video _, Part.Text _, Part.Refusal _, Part.File _ -> Optional.empty();
            };
        }

        Found refused(Fault fault, String why) {
            return new Missing(new Filling.Refused(url, video, fault, why));
        }
    }

    private sealed interface Found {}

    private record Data(String url) implements Found {}

    private record Missing(Filling.Refused refusal) implements Found {}

    /// Whether [#fill(List)] will take time.
    boolean fetches(List<Item> items) {
        return policy == Policy.FETCH && !links(items).isEmpty();
    }

    public Filling fill(List<Item> items) {
        Set<Link> links = policy == Policy.PASS ? Set.of() : links(items);
        if (links.isEmpty()) {
            return new Filling.Filled(items);
        }
        Link first = links.iterator().next();
        if (policy == Policy.REFUSE) {
            return new Filling.Refused(first.url, first.video, Fault.URL, "nothing is fetched from URLs here");
        }
        if (links.size() > MOST_LINKS) {
            return new Filling.Refused(
                    first.url,
                    first.video,
                    Fault.URL,
                    "of %d URLs in a request no more than %d are fetched".formatted(links.size(), MOST_LINKS));
        }
        return filled(items, found(links));
    }

    private static Set<Link> links(List<Item> items) {
        Set<Link> links = new LinkedHashSet<>();
        items.forEach(item -> item.parts().forEach(part -> Link.of(part).ifPresent(links::add)));
        return links;
    }

    private Map<Link, Found> found(Set<Link> links) {
        Map<Link, CompletableFuture<Found>> pending = new LinkedHashMap<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            links.forEach(link -> pending.put(link, CompletableFuture.supplyAsync(() -> find(link), threads)));
        }
        Map<Link, Found> found = new LinkedHashMap<>();
        pending.forEach((link, future) -> found.put(link, future.join()));
        return found;
    }

    private Found find(Link link) {
        try {
            byte[] bytes = egress.get().fetch(link.url, LIMITS);
            return MediaType.of(bytes)
                    .filter(type -> type.isVideo() == link.video)
                    .<Found>map(type ->
                            new Data(type.dataPrefix() + Base64.getEncoder().encodeToString(bytes)))
                    .orElseGet(() -> link.refused(
                            Fault.TYPE, "it leads to no " + (link.video ? MediaType.A_VIDEO : MediaType.AN_IMAGE)));
        } catch (EgressException refused) {
            return link.refused(fault(refused.reason()), String.valueOf(refused.getMessage()));
        }
    }

    private static Fault fault(EgressException.Reason reason) {
        return switch (reason) {
            case URL -> Fault.URL;
            case TOO_LARGE -> Fault.TOO_LARGE;
            case UNREACHABLE, STATUS, REDIRECTS, TIMEOUT, UNREADABLE -> Fault.DOWNLOAD;
        };
    }

    private static Filling filled(List<Item> items, Map<Link, Found> found) {
        Map<Link, String> data = new HashMap<>();
        for (Map.Entry<Link, Found> entry : found.entrySet()) {
            switch (entry.getValue()) {
                case Data(String url) -> data.put(entry.getKey(), url);
                case Missing(Filling.Refused refusal) -> {
                    return refusal;
                }
            }
        }
        return new Filling.Filled(items.stream()
                .map(item -> item.withParts(
                        part -> Link.of(part).map(data::get).map(part::at).orElse(part)))
                .toList());
    }
}
