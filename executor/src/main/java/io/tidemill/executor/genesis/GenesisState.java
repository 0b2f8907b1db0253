package io.tidemill.executor.genesis;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.nativetx.MultisigBundle;
import io.tidemill.executor.nativetx.Validators;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/** A sound manifest as state: accounts, treasury, committee, airdrop, marker, in this order. */
final class GenesisState {
  private static final StateView EMPTY =
      new StateView() {
        @Override
        public byte @Nullable [] get(StateKey key) {
          return null;
        }

        @Override
        public byte @Nullable [] code(Hash32 codeHash) {
          return null;
        }
      };

  private GenesisState() {}

  static StateDelta of(Genesis genesis) {
    final Overlay overlay = new Overlay(EMPTY);
    final Ledger ledger = new Ledger(overlay);
    for (Genesis.Funded funded : genesis.accounts()) {
      final Account account = Account.empty(funded.address()).withBalance(funded.balance());
      final byte[] key = funded.publicKey();
      ledger.put(key == null ? account : account.withAuthKeys(new AuthKeys.Single(key), 0));
    }
    ledger.credit(Addresses.TREASURY, genesis.treasury().balance());
    if (!genesis.treasury().signers().isEmpty()) {
      MultisigBundle.putSigners(
          ledger, genesis.treasury().signers(), genesis.treasury().threshold());
    }
    for (Genesis.Member member : genesis.committee()) {
      final boolean registered =
          Validators.register(
              ledger,
              member.operator(),
              member.publicKey(),
              Addresses.ofPublicKey(member.publicKey()),
              member.stake(),
              0);
      if (!registered) {
        throw new IllegalArgumentException(
            "committee member " + Addresses.ofPublicKey(member.publicKey()) + " cannot be seated");
      }
    }
    final Genesis.Airdrop airdrop = genesis.airdrop();
    if (airdrop != null) {
      overlay.put(StateKeys.system(SystemSlot.AIRDROP_ROOT), airdrop.root().toBytes());
      ledger.putNumber(SystemSlot.AIRDROP_DEADLINE, airdrop.deadline());
      ledger.putAmount(SystemSlot.AIRDROP_EXPECTED_SUM, airdrop.sum());
      ledger.credit(Addresses.AIRDROP_POOL, airdrop.sum());
    }
    overlay.put(StateKeys.system(SystemSlot.GENESIS), genesis.identity().toBytes());
    return StateDelta.of(overlay.sortedWrites());
  }
}
