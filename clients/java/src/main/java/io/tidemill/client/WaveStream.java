package io.tidemill.client;

import io.grpc.Channel;
import io.grpc.StatusException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * One thread reads the answer, the caller's; a second one, virtual, writes the input. Writing waits
 * while the node does not read, so that a large wave is never held twice in memory; reading goes on
 * meanwhile, so that neither side waits for the other.
 *
 * A wave is identified by its number and content. When the stream breaks, nobody knows how far the
 * node got, and nobody needs to: the handshake says whether the wave can still be sent, and a node
 * that has executed it sends the stored answer, byte for byte.
 */

/**
 * Executes waves, one after the other, on one stream; opens a new stream when it breaks.
 *
 * <p>Belongs to one thread at a time.
 */
public final class WaveStream implements AutoCloseable {
  private final Channel channel;
  private final NodeReader reader;
  private final ClientOptions options;
  private @Nullable WaveFrames call;

  WaveStream(Channel channel, NodeReader reader, ClientOptions options) {
    this.channel = channel;
    this.reader = reader;
    this.options = options;
  }

  /**
   * Sends {@code wave} and waits for its result.
   *
   * @throws NodeException if the node refused or abandoned the wave, or could not be reached within
   *     the attempts of the retry policy
   */
  public WaveOutcome execute(WaveRequest wave) {
    return execute(wave, WaveListener.NONE);
  }

  /** The same, watched by {@code listener}. */
  public WaveOutcome execute(WaveRequest wave, WaveListener listener) {
    int attempt = 1;
    while (true) {
      try {
        return attempt(wave, listener);
      } catch (StatusException failure) {
        NodeException error = NodeException.of(failure);
        drop();
        if (attempt >= options.retries().attempts() || !error.retryable()) {
          throw error;
        }
        listener.onResend(error);
        options.retries().pause(attempt);
        attempt++;
        reader.checkStillWanted(wave.header().getWave());
      }
    }
  }

  /** Ends the stream; a wave that was executed stays pending. */
  @Override
  public void close() {
    WaveFrames open = call;
    if (open != null) {
      open.halfClose();
      drop();
    }
  }

  private void drop() {
    WaveFrames open = call;
    call = null;
    if (open != null) {
      open.cancel();
    }
  }

  private WaveFrames stream() {
    WaveFrames open = call;
    if (open == null) {
      open = WaveFrames.open(channel, options);
      call = open;
    }
    return open;
  }

  private WaveOutcome attempt(WaveRequest wave, WaveListener listener) throws StatusException {
    WaveFrames open = stream();
    AtomicReference<@Nullable Exception> writeFailure = new AtomicReference<>();
    Thread writer =
        Thread.ofVirtual()
            .name("wave-writer")
            .start(
                () -> {
                  try {
                    open.write(wave);
                  } catch (StatusException | InterruptedException | RuntimeException e) {
                    // The reader sees why the stream ended; this is kept for its message.
                    writeFailure.set(e);
                  }
                });
    try {
      return open.read(
          listener,
          from -> {
            writer.join();
            open.write(wave, from);
          });
    } catch (StatusException e) {
      Exception failed = writeFailure.get();
      if (failed != null) {
        e.addSuppressed(failed);
      }
      throw e;
    } finally {
      writer.interrupt();
    }
  }
}
