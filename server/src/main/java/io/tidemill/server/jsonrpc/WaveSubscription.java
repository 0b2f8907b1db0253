package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.StateRoot;
import org.jspecify.annotations.Nullable;

/**
 * Committed waves in order. A cursor is the wave and the first 8 bytes of its root, so that a
 * cursor into a branch that was undone is noticed.
 */
final class WaveSubscription implements Subscription {
  /** Transactions whose hashes or receipts one message carries; a larger wave says so. */
  private static final int MAX_LISTED = 1_000;

  private static final int ROOT_DIGITS = 16;

  private final WavePipeline pipeline;
  private final ChainReader reader;
  private final boolean receipts;
  private long sent;

  private WaveSubscription(WavePipeline pipeline, ChainReader reader, boolean receipts, long sent) {
    this.pipeline = pipeline;
    this.reader = reader;
    this.receipts = receipts;
    this.sent = sent;
  }

  /**
   * A subscription that begins after the cursor in {@code filter}, or now.
   *
   * @throws Refusal if the cursor is none of this chain
   */
  static WaveSubscription of(WavePipeline pipeline, ChainReader reader, Params filter) {
    final String cursor = filter.text("after");
    final long head = pipeline.position().head().wave();
    return new WaveSubscription(
        pipeline,
        reader,
        filter.flag("receipts"),
        cursor == null ? head : wave(reader, cursor, head, filter.path("after")));
  }

  private static long wave(ChainReader reader, String cursor, long head, String path) {
    final String[] parts = cursor.split("\\.", -1);
    final long wave;
    try {
      wave = Long.parseLong(parts[0]);
    } catch (NumberFormatException e) {
      throw Refusal.field(path, "is not a cursor that this node gave");
    }
    if (wave < 0 || parts.length > 2) {
      throw Refusal.field(path, "is not a cursor that this node gave");
    }
    final StateRoot root = reader.store().rootOf(wave);
    final boolean undone =
        wave > head
            || (parts.length == 2
                && root != null
                && !root.blake3().toHex().startsWith(parts[1].toLowerCase(java.util.Locale.ROOT)));
    if (undone) {
      throw Refusal.field(
          path, "names a wave that was undone; the head is " + head + ": begin at an earlier wave");
    }
    return wave;
  }

  @Override
  public String cursor() {
    final StateRoot root = reader.store().rootOf(sent);
    return root == null ? Long.toString(sent) : sent + "." + prefix(root);
  }

  private static String prefix(StateRoot root) {
    return root.blake3().toHex().substring(0, ROOT_DIGITS);
  }

  @Override
  public @Nullable ObjectNode next() {
    final long head = pipeline.position().head().wave();
    if (sent >= head) {
      return null;
    }
    final WaveAnswer answer = pipeline.answerOf(sent + 1);
    if (answer == null) {
      final long oldest = Math.max(1, reader.store().oldestWave());
      if (sent + 1 >= oldest) {
        return null; // undone this moment: the unwinding is on its way
      }
      sent = oldest - 1;
      return Subscription.item("gap").put("cursor", cursor()).put("up_to_wave", sent);
    }
    sent = answer.wave();
    final ObjectNode item =
        Subscription.item("wave").put("cursor", sent + "." + prefix(answer.root()));
    item.set("wave", view(answer));
    return item;
  }

  private ObjectNode view(WaveAnswer answer) {
    final ObjectNode view = JsonViews.wave(answer);
    final int count = answer.receipts().size();
    view.put("transaction_count", count).put("truncated", count > MAX_LISTED);
    if (count > MAX_LISTED) {
      view.remove("transactions");
    } else if (receipts) {
      final ArrayNode list = view.putArray("receipts");
      answer.receipts().forEach(receipt -> list.add(JsonViews.receipt(receipt)));
    }
    return view;
  }

  @Override
  public ObjectNode unwind(long wave) {
    sent = Math.min(sent, wave);
    return Subscription.item("unwound").put("cursor", cursor()).put("to_wave", wave);
  }
}
