package io.tidemill.server.testing;

import io.tidemill.executor.Event;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.pipeline.Chain;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/** A chain with layouts that are simple and round-trip. */
public final class FakeChain implements Chain {
  private static final Rules RULES =
      Rules.of(31_337, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);

  @Override
  public long id() {
    return 31_337;
  }

  @Override
  public Rules rules(long wave) {
    return RULES;
  }

  @Override
  public long nextActivation(long wave) {
    return -1;
  }

  @Override
  public Hash32 rulesHash(long wave) {
    return Blake3.hash(new byte[] {1});
  }

  @Override
  public Hash32 contentHash(Wave wave) {
    final BorshWriter out = new BorshWriter(64).u64(wave.context().waveId());
    out.u64(wave.context().timestamp()).hash32(wave.parentRoot());
    wave.transactions().forEach(entry -> out.bytes(entry.bytes()).bool(entry.skip()));
    return Blake3.hash(out.toBytes());
  }

  @Override
  public byte[] receipt(Receipt receipt) {
    final BorshWriter out = new BorshWriter(128).u64(receipt.waveId());
    out.u32(receipt.transactionIndex()).hash32(receipt.transactionHash());
    out.u8(receipt.status().ordinal()).u8(receipt.category().ordinal()).u32(receipt.code());
    out.bool(receipt.nonceConsumed()).u64(receipt.gasUsed()).fixed(receipt.feePaid().toBytes());
    out.bytes(receipt.returnData()).u32(receipt.events().size());
    for (Event event : receipt.events()) {
      out.hash32(event.contract().raw()).u32(event.topics().size());
      event.topics().forEach(out::hash32);
      out.bytes(event.data());
    }
    return out.toBytes();
  }

  @Override
  public Receipt receipt(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final long wave = in.u64("wave");
    final int index = in.u32("index");
    final Hash32 hash = in.hash32("hash");
    final Receipt.Status status = Receipt.Status.values()[in.u8("status")];
    final Receipt.Category category = Receipt.Category.values()[in.u8("category")];
    final int code = in.u32("code");
    final boolean consumed = in.bool("consumed");
    final long gas = in.u64("gas");
    final U128 fee = U128.at(in.fixed("fee", 16), 0);
    final byte[] data = in.bytes("data");
    final int count = in.count("events", 40);
    final List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final Address contract = new Address(in.hash32("contract"));
      final int topics = in.count("topics", 32);
      final List<Hash32> list = new ArrayList<>();
      for (int t = 0; t < topics; t++) {
        list.add(in.hash32("topic"));
      }
      events.add(new Event(contract, list, in.bytes("data")));
    }
    return new Receipt(
        wave, index, hash, status, category, code, consumed, gas, fee, null, data, null, events);
  }

  @Override
  public byte[] event(Event event, long wave, int transactionIndex, int eventIndex) {
    final BorshWriter out = new BorshWriter(128).u64(wave).u32(transactionIndex).u32(eventIndex);
    out.hash32(event.contract().raw()).u32(event.topics().size());
    event.topics().forEach(out::hash32);
    return out.bytes(event.data()).toBytes();
  }

  @Override
  public byte[] record(WaveResult result, StateRoot root) {
    return new BorshWriter(40).u64(result.context().waveId()).hash32(root.blake3()).toBytes();
  }
}
