package io.tidemill.server.pipeline;

import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import java.util.ArrayList;
import java.util.List;

/**
 * What is stored under a wave besides its receipts, so that its answer can be given again. Not
 * under the root and not digested.
 *
 * <pre>
 * version u8 = 1
 * record: bytes, the wave commit record
 * changed_keys u32
 * messages: u32 count, each {call_id u64, sender 32, target 32, payload bytes, callback bytes,
 *           max_callback_gas u64, timeout_waves u64}
 * </pre>
 */
public final class AnswerLayout {
  private static final int VERSION = 1;

  private AnswerLayout() {}

  /** The bytes of {@code answer}; its receipts are stored apart. */
  public static byte[] encode(WaveAnswer answer) {
    final BorshWriter out = new BorshWriter(64 + answer.recordBytes().length);
    out.u8(VERSION).bytes(answer.recordBytes());
    out.u32(answer.changedKeys()).u32(answer.messages().size());
    for (ParachainMessage message : answer.messages()) {
      out.u64(message.callId()).hash32(message.sender().raw()).hash32(message.target());
      out.bytes(message.payload()).bytes(message.callback());
      out.u64(message.maxCallbackGas()).u64(message.timeoutWaves());
    }
    return out.toBytes();
  }

  /**
   * The answer in {@code stored} with its receipts as they are stored, without a delta.
   *
   * @throws BorshException if they are none
   */
  public static WaveAnswer decode(byte[] stored, List<byte[]> encodedReceipts) {
    final BorshReader in = new BorshReader(stored);
    final int version = in.u8("version");
    if (version != VERSION) {
      throw new BorshException("version", 0, "is " + version + ", expected " + VERSION);
    }
    final byte[] record = in.bytes("record");
    final int changedKeys = in.u32("changed_keys");
    final int count = in.count("messages", 96);
    final List<ParachainMessage> messages = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      messages.add(
          new ParachainMessage(
              in.u64("call_id"),
              new Address(in.hash32("sender")),
              in.hash32("target"),
              in.bytes("payload"),
              in.bytes("callback"),
              in.u64("max_callback_gas"),
              in.u64("timeout_waves")));
    }
    in.end("answer");
    final List<Receipt> receipts = new ArrayList<>(encodedReceipts.size());
    for (byte[] bytes : encodedReceipts) {
      receipts.add(ReceiptCodec.decode(bytes));
    }
    return new WaveAnswer(
        WaveRecord.decode(record),
        record,
        List.copyOf(messages),
        List.copyOf(receipts),
        List.copyOf(encodedReceipts),
        null,
        changedKeys,
        null);
  }
}
