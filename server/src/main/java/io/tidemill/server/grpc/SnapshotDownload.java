package io.tidemill.server.grpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.SnapshotExports;
import io.tidemill.server.wire.StatusMapper;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.v1.DownloadSnapshotRequest;
import io.tidemill.v1.DownloadSnapshotResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends an export at its client's pace: a part is read when the transport is ready for it. Runs in
 * the call's own order, one handler at a time.
 */
final class SnapshotDownload {
  private static final int PART_BYTES = 256 << 10;

  private final SnapshotExports exports;
  private final ServerCallStreamObserver<DownloadSnapshotResponse> call;
  private final String id;
  private final List<SnapshotManifest.Chunk> chunks;
  private final int end;
  private final byte @Nullable [] manifest;
  private int chunk;
  private long offset;
  private @Nullable FileChannel file;
  private boolean ended;

  /**
   * A download that has not begun.
   *
   * @throws Refusal if the export is not complete or the request is not within it
   */
  SnapshotDownload(
      SnapshotExports exports,
      DownloadSnapshotRequest request,
      ServerCallStreamObserver<DownloadSnapshotResponse> call) {
    this.exports = exports;
    this.call = call;
    this.id = request.getSnapshotId();
    final SnapshotManifest whole = exports.manifest(id);
    this.chunks = whole.chunks();
    this.manifest = request.getManifest() ? whole.toText().getBytes(StandardCharsets.UTF_8) : null;
    this.chunk = request.getFromChunk();
    this.offset = request.getFromOffset();
    final int count = manifest == null ? chunks.size() : 1;
    if (Integer.compareUnsigned(chunk, count) > 0) {
      throw Refusal.tooLarge("from_chunk", Integer.toUnsignedLong(chunk), count);
    }
    final long left = count - (long) chunk;
    final long wanted = Integer.toUnsignedLong(request.getChunkCount());
    this.end = chunk + (int) (wanted == 0 ? left : Math.min(left, wanted));
    if (offset != 0 && (offset < 0 || chunk == end || offset > length())) {
      throw Refusal.field("from_offset", "is behind the end of the chunk");
    }
  }

  /** Begins to send. */
  void open() {
    call.setOnReadyHandler(this::send);
    call.setOnCancelHandler(this::release);
    send();
  }

  private long length() {
    return manifest != null ? manifest.length : chunks.get(chunk).length();
  }

  private void send() {
    try {
      while (!ended && call.isReady() && !call.isCancelled()) {
        if (chunk == end) {
          ended = true;
          call.onCompleted();
        } else {
          call.onNext(part());
        }
      }
    } catch (IOException e) {
      fail(new UncheckedIOException("cannot read snapshot " + id, e));
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void fail(RuntimeException failure) {
    ended = true;
    release();
    call.onError(StatusMapper.status(failure));
  }

  private DownloadSnapshotResponse part() throws IOException {
    final long length = length();
    final byte[] data = new byte[(int) Math.min(PART_BYTES, length - offset)];
    if (manifest != null) {
      System.arraycopy(manifest, (int) offset, data, 0, data.length);
    } else {
      read(data);
    }
    final boolean last = offset + data.length == length;
    final DownloadSnapshotResponse part =
        DownloadSnapshotResponse.newBuilder()
            .setChunk(chunk)
            .setOffset(offset)
            .setData(UnsafeByteOperations.unsafeWrap(data))
            .setLast(last)
            .build();
    offset += data.length;
    if (last) {
      release();
      chunk++;
      offset = 0;
    }
    return part;
  }

  private void read(byte[] data) throws IOException {
    FileChannel open = file;
    if (open == null) {
      open = FileChannel.open(exports.file(id, chunks.get(chunk)));
      file = open;
    }
    final ByteBuffer target = ByteBuffer.wrap(data);
    while (target.hasRemaining()) {
      if (open.read(target, offset + target.position()) < 0) {
        throw new IOException("chunk " + chunk + " is shorter than its manifest says");
      }
    }
  }

  private void release() {
    final FileChannel open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
