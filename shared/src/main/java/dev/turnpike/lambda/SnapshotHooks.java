package dev.turnpike.lambda;

/// What a handler does around SnapStart's snapshot, if it has anything to do.
///
/// The snapshot is taken once, when a version is published, and every environment of that version starts from it.
///
/// These take the place of the `org.crac` hooks: those reach the runtime only when a system property names the
/// package of its context, and are silently never called without it.
public interface SnapshotHooks {
    /// The last moment before the snapshot, in the generous time of an initialisation. Here is the place to
    /// prime: what has run once is loaded, linked and partly compiled in every copy. Whatever must not be copied
    /// has to be dropped: connections, credentials, ids, seeds.
    ///
    /// @throws Exception fails the publication of the version
    void beforeCheckpoint() throws Exception;

    /// The first moment in an environment made from the snapshot; Lambda allows 10 seconds. Here is the place to
    /// open anew what was dropped, and to read the clock and the configuration again.
    ///
    /// @throws Exception ends this environment; Lambda starts another
    void afterRestore() throws Exception;
}
