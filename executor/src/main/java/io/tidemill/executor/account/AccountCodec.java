package io.tidemill.executor.account;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * The account record under the root. Borsh: address 32, nonce base u64, nonce used u16, balance
 * u128, code_hash 32, storage_root 32, account_type u8, auth_keys (0 | 1 bytes | 2 vec of bytes and
 * u32 | 3 bytes), gas_tank u128, key_nonce u32. 144 bytes without keys. Source:
 * state-and-transactions 2.1.
 */
public final class AccountCodec {
  /** The record of an account without keys. */
  public static final int KEYLESS_LENGTH = 144;

  /** The most keys of a multi-signature account. */
  public static final int MAX_KEYS = 16;

  private static final Account.Type[] TYPES = Account.Type.values();

  private AccountCodec() {}

  /** The record of {@code account}. */
  public static byte[] encode(Account account) {
    final BorshWriter out = new BorshWriter(KEYLESS_LENGTH + keysLength(account.authKeys()));
    out.hash32(account.address().raw());
    out.u64(account.nonce().base()).u16(account.nonce().used());
    account.balance().write(out);
    out.hash32(account.codeHash()).hash32(account.storageRoot());
    out.u8(account.type().tag());
    writeKeys(out, account.authKeys());
    account.gasTank().write(out);
    out.u32(account.keyNonce());
    return out.length() == out.buffer().length ? out.buffer() : out.toBytes();
  }

  /**
   * The account in {@code record}.
   *
   * @throws BorshException if it is no account record, which under the root means corruption
   */
  public static Account decode(byte[] record) {
    final BorshReader in = new BorshReader(record);
    final Address address = new Address(in.hash32("address"));
    final NonceWindow nonce = new NonceWindow(in.u64("nonce.base"), in.u16("nonce.used"));
    final U128 balance = U128.read(in, "balance");
    final Hash32 codeHash = in.hash32("code_hash");
    final Hash32 storageRoot = in.hash32("storage_root");
    final Account.Type type = TYPES[in.tag("account_type", TYPES.length)];
    final AuthKeys keys = readKeys(in);
    final U128 gasTank = U128.read(in, "gas_tank");
    final int keyNonce = in.u32("key_nonce");
    in.end("account");
    return new Account(
        address, nonce, balance, codeHash, storageRoot, type, keys, gasTank, keyNonce);
  }

  private static int keysLength(AuthKeys keys) {
    return switch (keys) {
      case AuthKeys.None _ -> 0;
      case AuthKeys.Single(byte[] key) -> 4 + key.length;
      case AuthKeys.MultiSig(List<byte[]> list, int _) -> {
        int length = 8;
        for (byte[] key : list) {
          length += 4 + key.length;
        }
        yield length;
      }
      case AuthKeys.Programmable(byte[] payload) -> 4 + payload.length;
    };
  }

  private static void writeKeys(BorshWriter out, AuthKeys keys) {
    switch (keys) {
      case AuthKeys.None _ -> out.u8(0);
      case AuthKeys.Single(byte[] key) -> out.u8(1).bytes(key);
      case AuthKeys.MultiSig(List<byte[]> list, int threshold) -> {
        out.u8(2).u32(list.size());
        for (byte[] key : list) {
          out.bytes(key);
        }
        out.u32(threshold);
      }
      case AuthKeys.Programmable(byte[] payload) -> out.u8(3).bytes(payload);
    }
  }

  private static AuthKeys readKeys(BorshReader in) {
    return switch (in.tag("auth_keys", 4)) {
      case 0 -> AuthKeys.NONE;
      case 1 -> new AuthKeys.Single(in.bytes("auth_keys.key"));
      case 2 -> {
        final int at = in.position();
        final int count = in.count("auth_keys.keys", 4);
        if (count < 1 || count > MAX_KEYS) {
          throw new BorshException("auth_keys.keys", at, count + " keys, expected 1 to 16");
        }
        final List<byte[]> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          list.add(in.bytes("auth_keys.key"));
        }
        final int threshold = in.u32("auth_keys.threshold");
        if (threshold < 1 || threshold > count) {
          throw new BorshException("auth_keys.threshold", at, threshold + " of " + count);
        }
        yield new AuthKeys.MultiSig(List.copyOf(list), threshold);
      }
      default -> new AuthKeys.Programmable(in.bytes("auth_keys.payload"));
    };
  }
}
