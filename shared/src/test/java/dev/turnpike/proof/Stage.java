package dev.turnpike.proof;

import dev.turnpike.fake.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Where actors play one at a time, each on a thread of its own. At every pass somebody is drawn to go on, so blocking
/// code is interleaved in an order that only the random numbers decide. Time passes as nobody needs to wait for it.
final class Stage {
    /// Most of what passes while nobody sleeps.
    private static final int MOST_MILLIS_OF_A_PASS = 200;

    private final RandomGenerator random;
    private final SettableClock clock;
    private final List<Actor> actors = new ArrayList<>();
    private final CountDownLatch curtain = new CountDownLatch(1);
    private volatile @Nullable Actor current;
    private volatile @Nullable Throwable failure;

    Stage(RandomGenerator random, SettableClock clock) {
        this.random = random;
        this.clock = clock;
    }

    /// Thrown through an actor when the play is over before its part.
    private static final class Over extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static final class Actor {
        private final String name;
        private final Thread thread;
        private final Semaphore turn = new Semaphore(0);
        private Instant until = Instant.MIN;

        Actor(String name, Runnable part, BiConsumer<Actor, Runnable> play) {
            this.name = name;
            this.thread = Thread.ofVirtual().name(name).unstarted(() -> play.accept(this, part));
        }
    }

    /// Called before the play begins.
    void add(String name, Runnable part) {
        actors.add(new Actor(name, part, this::play));
    }

    /// Plays until every actor has come to the end of its part, or one has failed.
    void play() throws InterruptedException {
        List<Actor> all = List.copyOf(actors);
        all.forEach(actor -> actor.thread.start());
        next().turn.release();
        curtain.await();
        all.forEach(actor -> actor.turn.release());
        for (Actor actor : all) {
            actor.thread.join();
        }
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    private void play(Actor actor, Runnable part) {
        try {
            await(actor);
            part.run();
            actors.remove(actor);
            if (actors.isEmpty()) {
                curtain.countDown();
            } else {
                next().turn.release();
            }
        } catch (Over _) {
            // Somebody else failed.
        } catch (RuntimeException | Error broken) {
            failure = broken;
            curtain.countDown();
        }
    }

    private void await(Actor actor) {
        actor.turn.acquireUninterruptibly();
        if (failure != null) {
            throw new Over();
        }
        current = actor;
    }

    /// Who is on.
    String name() {
        Actor actor = current;
        return actor == null ? "nobody" : actor.name;
    }

    /// Whoever is drawn goes on; it may be the caller.
    void pass() {
        clock.advance(Duration.ofMillis(random.nextInt(MOST_MILLIS_OF_A_PASS)));
        Actor self = current;
        Actor next = next();
        if (self != null && next != self) {
            next.turn.release();
            await(self);
        }
    }

    /// The caller goes on later.
    void sleep(Duration duration) {
        Actor self = current;
        if (self != null) {
            self.until = clock.instant().plus(duration);
            pass();
        }
    }

    private Actor next() {
        Instant first = actors.stream()
                .map(actor -> actor.until)
                .min(Instant::compareTo)
                .orElseThrow();
        clock.advanceTo(first);
        Instant now = clock.instant();
        List<Actor> ready =
                actors.stream().filter(actor -> !actor.until.isAfter(now)).toList();
        return ready.get(random.nextInt(ready.size()));
    }
}
