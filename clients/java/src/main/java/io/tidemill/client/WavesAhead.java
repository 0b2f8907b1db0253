package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/*
 *   caller   send 8   send 9   send 10   next() -> 8   send 11   next() -> 9   ...
 *   node     receives 9 and 10, executes 9, makes 8 durable, all at once
 *
 * A wave that names no parent root builds on whatever root the wave before gets. On a new stream the
 * first one must name it, which is the root of the last answer.
 */

/**
 * Executes waves on one stream without waiting for the answer of one before sending the next, so
 * that the node receives, executes and commits different waves at the same time. Opens a new stream
 * when it breaks and sends again what has no answer.
 *
 * <p>A wave makes the one before it durable; the last one of a row is committed with {@link
 * TidemillClient#commit(WaveOutcome)}, or by itself when it says so ({@link
 * WaveRequest#committed()}).
 *
 * <p>Belongs to one thread at a time.
 */
public final class WavesAhead implements AutoCloseable {
  private record Sent(WaveRequest wave, WaveListener listener) {}

  private final Channel channel;
  private final NodeReader reader;
  private final ClientOptions options;
  private final int capacity;

  /** In the order they were sent. */
  private final Deque<Sent> unanswered = new ArrayDeque<>();

  /** Answers that {@link #send} had to read to make room. */
  private final Deque<WaveOutcome> answers = new ArrayDeque<>();

  private @Nullable ByteString lastRoot;
  private @Nullable WaveFrames call;
  private @Nullable Thread writer;
  private BlockingQueue<WaveRequest> toWrite = new LinkedBlockingQueue<>();

  WavesAhead(Channel channel, NodeReader reader, ClientOptions options) {
    this.channel = channel;
    this.reader = reader;
    this.options = options;
    // What the node takes ahead of its answers, and one that is on its way.
    this.capacity = Math.max(1, reader.info().getLimits().getMaxInflightWaves()) + 1;
  }

  /**
   * Sends {@code wave} after those sent before. Waits only while the node has as many waves as it
   * takes; then it reads the oldest answer and keeps it for {@link #next}.
   *
   * @param wave built on the one sent before it when its parent root is empty; the first one of all
   *     must name its parent
   * @throws NodeException like {@link #next}, about an earlier wave; {@code wave} was not sent then
   */
  public void send(WaveRequest wave) {
    send(wave, WaveListener.NONE);
  }

  /** The same, watched by {@code listener}, which is called while answers are read. */
  public void send(WaveRequest wave, WaveListener listener) {
    if (wave.header().getParentRoot().isEmpty() && unanswered.isEmpty() && lastRoot == null) {
      throw new IllegalArgumentException(
          "wave " + wave.header().getWave() + " is the first one here and must name its parent");
    }
    while (unanswered.size() >= capacity) {
      answers.add(receive());
    }
    unanswered.add(new Sent(wave, listener));
    if (call == null) {
      open();
    } else {
      toWrite.add(wave);
    }
  }

  /**
   * Waits for the outcome of the oldest wave whose outcome was not asked for yet.
   *
   * @throws NodeException if the node refused or abandoned that wave, or could not be reached
   *     within the attempts of the retry policy. It and those after it have no answer; asked again,
   *     this sends them again.
   * @throws NoSuchElementException if no wave is on its way
   */
  public WaveOutcome next() {
    WaveOutcome kept = answers.poll();
    if (kept != null) {
      return kept;
    }
    if (unanswered.isEmpty()) {
      throw new NoSuchElementException("no wave is on its way");
    }
    return receive();
  }

  /** How many waves were sent whose outcome was not asked for. */
  public int inFlight() {
    return unanswered.size() + answers.size();
  }

  /** The waves that have no answer, in order: what to keep until they have one. */
  public List<WaveRequest> unanswered() {
    List<WaveRequest> waves = new ArrayList<>(unanswered.size());
    unanswered.forEach(sent -> waves.add(sent.wave));
    return waves;
  }

  /** Ends the stream. Waves without an answer may have been executed all the same. */
  @Override
  public void close() {
    drop();
  }

  private WaveOutcome receive() {
    Sent oldest = unanswered.element();
    int attempt = 1;
    while (true) {
      try {
        WaveOutcome outcome =
            open()
                .read(
                    oldest.listener,
                    from -> {
                      // Later waves are on their way behind it: all of them go once more.
                      throw Status.UNAVAILABLE
                          .withDescription("the node lacks transactions from index " + from)
                          .asException();
                    });
        unanswered.remove();
        lastRoot = outcome.root();
        return outcome;
      } catch (StatusException failure) {
        NodeException error = NodeException.of(failure);
        drop();
        if (attempt >= options.retries().attempts() || !error.retryable()) {
          throw error;
        }
        unanswered.forEach(sent -> sent.listener.onResend(error));
        options.retries().pause(attempt);
        attempt++;
        reader.checkStillWanted(oldest.wave.header().getWave());
      } catch (NodeException aborted) {
        drop();
        throw aborted;
      }
    }
  }

  /** The stream; a new one gets everything that has no answer. */
  private WaveFrames open() {
    WaveFrames known = call;
    if (known != null) {
      return known;
    }
    WaveFrames opened = WaveFrames.open(channel, options);
    BlockingQueue<WaveRequest> queue = new LinkedBlockingQueue<>();
    for (Sent sent : unanswered) {
      queue.add(queue.isEmpty() ? withParent(sent.wave) : sent.wave);
    }
    call = opened;
    toWrite = queue;
    writer = Thread.ofVirtual().name("wave-writer").start(() -> write(opened, queue));
    return opened;
  }

  private WaveRequest withParent(WaveRequest wave) {
    ByteString root = lastRoot;
    return wave.header().getParentRoot().isEmpty() && root != null
        ? new WaveRequest(
            wave.header().toBuilder().setParentRoot(root).build(),
            wave.transactions(),
            wave.commit())
        : wave;
  }

  private static void write(WaveFrames call, BlockingQueue<WaveRequest> queue) {
    try {
      while (true) {
        call.write(queue.take());
      }
    } catch (StatusException | InterruptedException e) {
      // The stream ended, and whoever reads it sees why.
    }
  }

  private void drop() {
    WaveFrames open = call;
    Thread writing = writer;
    call = null;
    writer = null;
    if (open != null) {
      open.cancel();
    }
    if (writing != null) {
      writing.interrupt();
    }
  }
}
