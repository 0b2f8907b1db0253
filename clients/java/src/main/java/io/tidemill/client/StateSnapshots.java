package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.tidemill.client.hash.Blake3;
import io.tidemill.v1.CreateSnapshotRequest;
import io.tidemill.v1.DownloadSnapshotRequest;
import io.tidemill.v1.DownloadSnapshotResponse;
import io.tidemill.v1.ListSnapshotsRequest;
import io.tidemill.v1.Snapshot;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.StateServiceGrpc.StateServiceBlockingStub;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Exports of a whole state: asking for one, and downloading it into a folder that {@code tidemill
 * snapshot verify} and {@code restore} understand. A download that was cut off goes on where it
 * was: whole chunks are files named by their hash, the one under way ends in {@code .part}, and
 * {@code MANIFEST} comes last.
 */
public final class StateSnapshots {
  /** The name of the manifest file. */
  public static final String MANIFEST = "MANIFEST";

  /** Hears how far a download is. */
  @FunctionalInterface
  public interface Progress {
    /** Nobody listens. */
    Progress NONE = (bytes, allBytes) -> {};

    /** So many bytes are here. */
    void bytes(long bytes, long allBytes);
  }

  private record Chunk(String name, long length) {}

  private final Channel channel;
  private final ClientOptions options;

  StateSnapshots(Channel channel, ClientOptions options) {
    this.channel = channel;
    this.options = options;
  }

  /**
   * Asks for an export of a wave; asking again gives the same one.
   *
   * @param wave a retained wave, or null for the newest committed one
   */
  public Snapshot create(@Nullable Long wave) {
    CreateSnapshotRequest.Builder request = CreateSnapshotRequest.newBuilder();
    if (wave != null) {
      request.setWave(wave);
    }
    return options.retries().run(() -> stub().createSnapshot(request.build()).getSnapshot());
  }

  /** The exports of the node, newest first. */
  public List<Snapshot> list() {
    return options
        .retries()
        .run(
            () ->
                stub().listSnapshots(ListSnapshotsRequest.getDefaultInstance()).getSnapshotsList());
  }

  /**
   * Waits until an export can be downloaded.
   *
   * @throws IllegalStateException if it failed, is gone, or takes longer than {@code most}
   */
  public Snapshot await(String id, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Snapshot snapshot =
          list().stream()
              .filter(candidate -> candidate.getSnapshotId().equals(id))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("the node has no snapshot " + id));
      if (snapshot.getComplete()) {
        return snapshot;
      }
      if (!snapshot.getFailure().isEmpty()) {
        throw new IllegalStateException(
            "the node could not write snapshot " + id + ": " + snapshot.getFailure());
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "snapshot %s is at %d of %d keys after %s",
                id,
                snapshot.getKeysWritten(),
                snapshot.getKeys(),
                most));
      }
      options.retries().pause(2);
    }
  }

  /**
   * Downloads a complete export into {@code folder}, which may hold a part of it already. Every
   * chunk is checked against its hash; that the chunks are the state under a root one trusts is for
   * {@code tidemill snapshot verify} to check.
   *
   * @return how many bytes were sent for it now
   * @throws UncheckedIOException if a file cannot be written
   */
  public long download(String id, Path folder, Progress progress) {
    try {
      Files.createDirectories(folder);
      byte[] manifest = manifest(id);
      List<Chunk> chunks = chunks(new String(manifest, StandardCharsets.UTF_8));
      long all = chunks.stream().mapToLong(Chunk::length).sum();
      long here = 0;
      long sent = 0;
      for (int i = 0; i < chunks.size(); i++) {
        Chunk chunk = chunks.get(i);
        if (!isWhole(folder.resolve(chunk.name()), chunk)) {
          sent += fetch(id, i, chunk, folder);
        }
        here += chunk.length();
        progress.bytes(here, all);
      }
      Path unfinished = folder.resolve(MANIFEST + ".part");
      Files.write(unfinished, manifest);
      Files.move(unfinished, folder.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
      return sent;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the snapshot to " + folder, e);
    }
  }

  private byte[] manifest(String id) {
    DownloadSnapshotRequest request =
        DownloadSnapshotRequest.newBuilder().setSnapshotId(id).setManifest(true).build();
    return options
        .retries()
        .run(
            () -> {
              ByteString bytes = ByteString.EMPTY;
              Iterator<DownloadSnapshotResponse> parts = stub().downloadSnapshot(request);
              while (parts.hasNext()) {
                bytes = bytes.concat(parts.next().getData());
              }
              return bytes.toByteArray();
            });
  }

  /** The chunks that a manifest names: lines "state HASH BYTES" and "code HASH BYTES". */
  private static List<Chunk> chunks(String manifest) {
    List<Chunk> chunks = new ArrayList<>();
    for (String line : manifest.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("state") || words[0].equals("code")) {
        if (words.length != 3 || !words[1].matches("[0-9a-f]{64}")) {
          throw new IllegalStateException("the manifest has a line that names no chunk: " + line);
        }
        chunks.add(new Chunk(words[1], Long.parseLong(words[2])));
      }
    }
    return chunks;
  }

  private static boolean isWhole(Path file, Chunk chunk) throws IOException {
    return Files.exists(file)
        && Files.size(file) == chunk.length()
        && HexFormat.of().formatHex(Blake3.hash(Files.readAllBytes(file))).equals(chunk.name());
  }

  /** Fetches what is missing of a chunk; a part with the wrong bytes is fetched anew, once. */
  private long fetch(String id, int index, Chunk chunk, Path folder) throws IOException {
    Path part = folder.resolve(chunk.name() + ".part");
    long sent = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
      long before = Files.exists(part) ? Files.size(part) : 0;
      if (before > chunk.length()) {
        Files.delete(part);
        before = 0;
      }
      options
          .retries()
          .run(
              () -> {
                append(id, index, part);
                return id;
              });
      sent += Files.size(part) - before;
      if (isWhole(part, chunk)) {
        Files.move(part, folder.resolve(chunk.name()), StandardCopyOption.ATOMIC_MOVE);
        return sent;
      }
      Files.delete(part);
    }
    throw new IllegalStateException(
        "the node sends other bytes for chunk " + index + " than its hash " + chunk.name());
  }

  private void append(String id, int index, Path part) {
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      Iterator<DownloadSnapshotResponse> parts =
          stub()
              .downloadSnapshot(
                  DownloadSnapshotRequest.newBuilder()
                      .setSnapshotId(id)
                      .setFromChunk(index)
                      .setFromOffset(Files.size(part))
                      .setChunkCount(1)
                      .build());
      while (parts.hasNext()) {
        parts.next().getData().writeTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + part, e);
    }
  }

  private StateServiceBlockingStub stub() {
    return StateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }
}
