package io.tidemill.server.pipeline;

import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.WaveResult.Totals;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What is stored under a wave besides its receipts, so that its answer can be given again. Not
 * under the root and not digested.
 *
 * <pre>
 * version u8 = 1
 * wave u64, timestamp u64, root 32, poseidon2 32, rules_hash 32
 * events_root 32, events_bloom 256, events_count u32, receipts_digest 32
 * gas_used, fees, burned, reward, treasury, next_base_fee: u128 each
 * changed_keys u32
 * messages: u32 count, each {call_id u64, sender 32, target 32, payload bytes, callback bytes,
 *           max_callback_gas u64, timeout_waves u64}
 * record: bytes, the wave commit record
 * </pre>
 */
final class AnswerLayout {
  private static final int VERSION = 1;
  private static final int BLOOM_LENGTH = 256;

  private AnswerLayout() {}

  static byte[] encode(WaveAnswer answer) {
    final BorshWriter out = new BorshWriter(1_024);
    out.u8(VERSION).u64(answer.wave()).u64(answer.timestamp());
    out.hash32(answer.root().blake3()).hash32(answer.root().poseidon2());
    out.hash32(answer.rulesHash()).hash32(answer.eventsRoot()).fixed(answer.eventsBloom());
    out.u32(answer.eventsCount()).hash32(answer.receiptsDigest());
    final Totals totals = answer.totals();
    out.fixed(totals.gasUsed().toBytes()).fixed(totals.fees().toBytes());
    out.fixed(totals.burned().toBytes()).fixed(totals.reward().toBytes());
    out.fixed(totals.treasury().toBytes()).fixed(answer.nextBaseFee().toBytes());
    out.u32(answer.changedKeys()).u32(answer.messages().size());
    for (ParachainMessage message : answer.messages()) {
      out.u64(message.callId()).hash32(message.sender().raw()).hash32(message.target());
      out.bytes(message.payload()).bytes(message.callback());
      out.u64(message.maxCallbackGas()).u64(message.timeoutWaves());
    }
    return out.bytes(answer.record()).toBytes();
  }

  static WaveAnswer decode(byte[] stored, Hash32 content, List<Receipt> receipts) {
    final BorshReader in = new BorshReader(stored);
    final int version = in.u8("version");
    if (version != VERSION) {
      throw new BorshException("version", 0, "is " + version + ", expected " + VERSION);
    }
    final long wave = in.u64("wave");
    final long timestamp = in.u64("timestamp");
    final StateRoot root = new StateRoot(in.hash32("root"), in.hash32("poseidon2"));
    final Hash32 rulesHash = in.hash32("rules_hash");
    final Hash32 eventsRoot = in.hash32("events_root");
    final byte[] bloom = in.fixed("events_bloom", BLOOM_LENGTH);
    final int eventsCount = in.u32("events_count");
    final Hash32 digest = in.hash32("receipts_digest");
    final Totals totals =
        new Totals(
            u128(in, "gas_used"),
            u128(in, "fees"),
            u128(in, "burned"),
            u128(in, "reward"),
            u128(in, "treasury"));
    final U128 nextBaseFee = u128(in, "next_base_fee");
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
    final byte[] record = in.bytes("record");
    in.end("answer");
    return new WaveAnswer(
        wave,
        timestamp,
        root,
        content,
        rulesHash,
        eventsRoot,
        bloom,
        eventsCount,
        digest,
        totals,
        nextBaseFee,
        List.copyOf(messages),
        List.copyOf(receipts),
        null,
        changedKeys,
        record);
  }

  private static U128 u128(BorshReader in, String field) {
    return U128.at(in.fixed(field, U128.LENGTH), 0);
  }
}
