package io.tidemill.server.replica;

import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The modules that a diff refers to for the first time; they are not part of the diff. */
final class NewCode {
  private NewCode() {}

  /**
   * Fetches what {@code base} does not have.
   *
   * @throws IllegalStateException if the primary sends another module than its hash says
   */
  static List<StoredCode> fetch(StateDelta delta, Snapshot base, Primary primary) {
    final TreeSet<Hash32> wanted = new TreeSet<>();
    for (StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      if (value != null) {
        named(entry, value, wanted);
      }
    }
    final List<StoredCode> codes = new ArrayList<>();
    for (Hash32 hash : wanted) {
      if (base.code(hash) == null) {
        final byte[] wasm = primary.code(hash);
        if (!Blake3.hash(wasm).equals(hash)) {
          throw new IllegalStateException("the primary sent another module than " + hash);
        }
        codes.add(new StoredCode(hash, wasm));
      }
    }
    return codes;
  }

  /** Adds the code hash of an account, or of the upgrade that a contract waits for. */
  private static void named(StateDelta.Entry entry, byte[] value, TreeSet<Hash32> wanted) {
    if (StateKeys.isContractRecord(entry.key())) {
      final Hash32 pending = ContractRecord.decode(value).pendingCode();
      if (pending != null) {
        wanted.add(pending);
      }
    } else if (value.length >= AccountCodec.KEYLESS_LENGTH
        && StateKeys.account(new Address(Hash32.at(value, 0))).equals(entry.key())) {
      final Hash32 code = AccountCodec.decode(value).codeHash();
      if (!code.isZero()) {
        wanted.add(code);
      }
    }
  }
}
