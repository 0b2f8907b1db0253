package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;

/**
 * The sender takes its leaf of the airdrop. Data: index u64, amount u128, proof length u8, that
 * many siblings of 32. Leaf: Poseidon2(0x00, index u64, claimant 32, amount u128); node: the pair
 * hash; at level i the sibling stands left when bit i of the index is set. Source:
 * state-and-transactions 1.11.
 */
final class ClaimAirdrop implements NativeTransaction {
  private static final int MAX_LEVELS = 64;

  @Override
  public Outcome apply(NativeContext context) {
    final long index;
    final U128 amount;
    final Hash32[] proof;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      index = in.u64("index");
      amount = U128.read(in, "amount");
      proof = new Hash32[in.tag("proof_len", MAX_LEVELS + 1)];
      for (int i = 0; i < proof.length; i++) {
        proof[i] = in.hash32("proof");
      }
      in.end("airdrop claim");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas = prices.claimAirdrop() + prices.perProofLevel() * proof.length;
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    final Ledger ledger = context.ledger();
    final byte[] root = ledger.overlay().get(StateKeys.system(SystemSlot.AIRDROP_ROOT));
    final StateKey claimed = StateKeys.system(SystemSlot.AIRDROP_CLAIMED, index);
    if (root == null
        || Long.compareUnsigned(context.waveId(), ledger.number(SystemSlot.AIRDROP_DEADLINE)) > 0
        || ledger.overlay().get(claimed) != null
        || !Hash32.of(root).equals(fold(leaf(index, context.sender(), amount), index, proof))
        || !ledger.debit(Addresses.AIRDROP_POOL, amount)
        || !ledger.credit(context.sender(), amount)) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    ledger.overlay().put(claimed, new byte[] {1});
    return Outcome.success(gas);
  }

  static Hash32 leaf(long index, Address claimant, U128 amount) {
    final BorshWriter out = new BorshWriter(57).u8(0).u64(index).hash32(claimant.raw());
    amount.write(out);
    return Poseidon2.hash(out.toBytes());
  }

  private static Hash32 fold(Hash32 leaf, long index, Hash32[] proof) {
    Hash32 node = leaf;
    for (int i = 0; i < proof.length; i++) {
      final boolean right = i < Long.SIZE && (index >>> i & 1) != 0;
      node = right ? Poseidon2.pair(proof[i], node) : Poseidon2.pair(node, proof[i]);
    }
    return node;
  }
}
