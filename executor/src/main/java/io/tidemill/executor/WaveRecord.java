package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What stays of a wave: the wave commit record. Borsh, in the order of the components: wave_id u64,
 * timestamp u64, beacon 32, base_fee u128, chain_id u64, epoch u64, anchor_member_id u32,
 * parent_root 32, rules_hash 32, content_hash 32, state_root {blake3 32, poseidon2 32}, events_root
 * 32, events_bloom 256 (no length), events_count u32, receipts_digest 32, gas_used u128, fees u128,
 * burned u128, reward u128, treasury u128, next_base_fee u128, included vec of 32. Source:
 * decisions O3 and O7, state-and-transactions 4.4.
 *
 * @param included the hash of every transaction, in order
 */
public record WaveRecord(
    WaveContext context,
    Hash32 parentRoot,
    Hash32 rulesHash,
    Hash32 contentHash,
    StateRoot stateRoot,
    Hash32 eventsRoot,
    byte[] eventsBloom,
    int eventsCount,
    Hash32 receiptsDigest,
    WaveResult.Totals totals,
    U128 nextBaseFee,
    List<Hash32> included) {
  public WaveRecord {
    included = List.copyOf(included);
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    final BorshWriter out = new BorshWriter(800 + 32 * included.size());
    out.u64(context.waveId()).u64(context.timestamp()).hash32(context.beacon());
    context.baseFee().write(out);
    out.u64(context.chainId()).u64(context.epoch()).u32(context.anchorMemberId());
    out.hash32(parentRoot).hash32(rulesHash).hash32(contentHash);
    out.hash32(stateRoot.blake3()).hash32(stateRoot.poseidon2());
    out.hash32(eventsRoot).fixed(eventsBloom).u32(eventsCount).hash32(receiptsDigest);
    totals.gasUsed().write(out);
    totals.fees().write(out);
    totals.burned().write(out);
    totals.reward().write(out);
    totals.treasury().write(out);
    nextBaseFee.write(out);
    out.u32(included.size());
    for (Hash32 hash : included) {
      out.hash32(hash);
    }
    return out.toBytes();
  }

  /**
   * The record in {@code bytes}.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is none
   */
  public static WaveRecord decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final long waveId = in.u64("wave_id");
    final long timestamp = in.u64("timestamp");
    final Hash32 beacon = in.hash32("beacon");
    final U128 baseFee = U128.read(in, "base_fee");
    final long chainId = in.u64("chain_id");
    final long epoch = in.u64("epoch");
    final WaveContext context =
        new WaveContext(
            waveId, timestamp, beacon, baseFee, chainId, epoch, in.u32("anchor_member_id"));
    final Hash32 parentRoot = in.hash32("parent_root");
    final Hash32 rulesHash = in.hash32("rules_hash");
    final Hash32 contentHash = in.hash32("content_hash");
    final Hash32 blake3 = in.hash32("state_root.blake3");
    final StateRoot stateRoot = new StateRoot(blake3, in.hash32("state_root.poseidon2"));
    final Hash32 eventsRoot = in.hash32("events_root");
    final byte[] bloom = in.fixed("events_bloom", EventCommitment.BLOOM_BYTES);
    final int eventsCount = in.u32("events_count");
    final Hash32 receiptsDigest = in.hash32("receipts_digest");
    final U128 gasUsed = U128.read(in, "gas_used");
    final U128 fees = U128.read(in, "fees");
    final U128 burned = U128.read(in, "burned");
    final U128 reward = U128.read(in, "reward");
    final U128 treasury = U128.read(in, "treasury");
    final U128 nextBaseFee = U128.read(in, "next_base_fee");
    final int count = in.count("included", Hash32.LENGTH);
    final List<Hash32> included = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      included.add(in.hash32("included"));
    }
    in.end("wave record");
    return new WaveRecord(
        context,
        parentRoot,
        rulesHash,
        contentHash,
        stateRoot,
        eventsRoot,
        bloom,
        eventsCount,
        receiptsDigest,
        new WaveResult.Totals(gasUsed, fees, burned, reward, treasury),
        nextBaseFee,
        included);
  }
}
