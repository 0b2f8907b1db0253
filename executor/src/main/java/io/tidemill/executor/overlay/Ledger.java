package io.tidemill.executor.overlay;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Overlay} read and written as what it holds: accounts, contract records, names, numbers.
 * Holds nothing itself. A value that does not decode means that the state is corrupt: the {@link
 * BorshException} that reports it is not an answer about input and becomes a node fault.
 *
 * <p>Confined to one worker, like its overlay.
 */
public final class Ledger {
  /** What a move came to. */
  public enum Move {
    DONE,
    INSUFFICIENT,
    OVERFLOW,
    /** Another account holds the recipient's record: same first 16 bytes (decisions S12). */
    FOREIGN_RECORD
  }

  private final Overlay overlay;

  public Ledger(Overlay overlay) {
    this.overlay = overlay;
  }

  /** What it reads and writes. */
  public Overlay overlay() {
    return overlay;
  }

  /**
   * The account at {@code address}, or null, and so all of its fields: who needs one of them asks
   * for that one, and does not depend on changes of the others. A record of another address with
   * the same first 16 bytes reads as absent (decisions S12).
   */
  public @Nullable Account account(Address address) {
    final byte[] record = overlay.get(StateKeys.account(address));
    if (record == null) {
      return null;
    }
    final Account account = AccountCodec.decode(record);
    return account.address().equals(address) ? account : null;
  }

  /** Writes {@code account} under its address. The caller has checked {@link #mayHold}. */
  public void put(Account account) {
    overlay.put(StateKeys.account(account.address()), AccountCodec.encode(account));
  }

  /** The account of {@code reading} as this transaction sees it, if it is {@code address}'s. */
  private @Nullable OpenAccount seen(Address address, AccountReading reading) {
    final OpenAccount account = overlay.account(reading);
    return account != null && account.isOf(address) ? account : null;
  }

  /**
   * Whether an account at {@code address} may be read, written or created: false when the key holds
   * the record of another address (decisions S12).
   */
  public boolean mayHold(Address address) {
    final OpenAccount account = overlay.account(overlay.reading(address));
    return account == null || account.isOf(address);
  }

  /** Who may send for {@code address}, or null when there is no account. */
  public @Nullable Signer signer(Address address) {
    final AccountReading reading = overlay.reading(address);
    reading.lookAtKeys();
    reading.lookAtNonce();
    final OpenAccount account = seen(address, reading);
    return account == null ? null : new Signer(account);
  }

  /** Consumes {@code nonce} of {@code address}, which accepts it. */
  public void consumeNonce(Address address, long nonce) {
    final AccountReading reading = overlay.reading(address);
    reading.lookAtNonce();
    final OpenAccount account = seen(address, reading);
    if (account == null) {
      throw new IllegalStateException("no account " + address + " to consume a nonce of");
    }
    overlay.put(reading, account.withNonce(account.nonce().consume(nonce)));
  }

  /**
   * Adds {@code amount} to the balance at {@code address} and creates a keyless account when there
   * is none. Adding zero changes and creates nothing. All that it asks of an account that exists is
   * that the sum fits.
   *
   * @return false, and nothing changed, when the key holds another account or the sum overflows
   */
  public boolean credit(Address address, U128 amount) {
    if (amount.isZero()) {
      return true;
    }
    final AccountReading reading = overlay.reading(address);
    final OpenAccount account = overlay.account(reading);
    if (account == null) {
      put(Account.empty(address).withBalance(amount));
      return true;
    }
    if (!account.isOf(address)) {
      return false;
    }
    final U128 sum = account.balance().plusOrNull(amount);
    if (sum == null) {
      reading.lookAtBalance();
      return false;
    }
    reading.balanceMayRise(U128.MAX.minus(sum));
    overlay.put(reading, account.withBalance(sum));
    return true;
  }

  /**
   * Takes {@code amount} off the balance at {@code address}. All that it asks is that there is
   * enough.
   *
   * @return false, and nothing changed, when there is no account or too little in it
   */
  public boolean debit(Address address, U128 amount) {
    if (amount.isZero()) {
      return true;
    }
    final AccountReading reading = overlay.reading(address);
    final OpenAccount account = seen(address, reading);
    if (account == null) {
      return false;
    }
    final U128 rest = account.balance().minusOrNull(amount);
    if (rest == null) {
      reading.lookAtBalance();
      return false;
    }
    reading.balanceMayFall(rest);
    overlay.put(reading, account.withBalance(rest));
    return true;
  }

  /** The balance of {@code address}, zero when there is no account. */
  public U128 balance(Address address) {
    final AccountReading reading = overlay.reading(address);
    reading.lookAtBalance();
    final OpenAccount account = seen(address, reading);
    return account == null ? U128.ZERO : account.balance();
  }

  /** Whether the balance of {@code address} is at least {@code amount}; asks no more than that. */
  public boolean holdsAtLeast(Address address, U128 amount) {
    final AccountReading reading = overlay.reading(address);
    final OpenAccount account = seen(address, reading);
    final U128 rest = (account == null ? U128.ZERO : account.balance()).minusOrNull(amount);
    if (rest == null) {
      reading.lookAtBalance();
      return false;
    }
    reading.balanceMayFall(rest);
    return true;
  }

  /** The gas tank of {@code address}, zero when there is no account. */
  public U128 tank(Address address) {
    final AccountReading reading = overlay.reading(address);
    reading.lookAtTank();
    final OpenAccount account = seen(address, reading);
    return account == null ? U128.ZERO : account.tank();
  }

  /** Whether the gas tank of {@code address} holds {@code amount}; asks no more than that. */
  public boolean tankHoldsAtLeast(Address address, U128 amount) {
    final AccountReading reading = overlay.reading(address);
    final OpenAccount account = seen(address, reading);
    final U128 rest = (account == null ? U128.ZERO : account.tank()).minusOrNull(amount);
    if (rest == null) {
      reading.lookAtTank();
      return false;
    }
    reading.tankMayFall(rest);
    return true;
  }

  /** Takes {@code amount} out of the gas tank of {@code address}, where the caller knows it is. */
  public void takeFromTank(Address address, U128 amount) {
    if (amount.isZero()) {
      return;
    }
    final AccountReading reading = overlay.reading(address);
    final OpenAccount account = seen(address, reading);
    if (account == null) {
      throw new IllegalStateException("no account " + address + " with a gas tank");
    }
    final U128 rest = account.tank().minus(amount);
    reading.tankMayFall(rest);
    overlay.put(reading, account.withTank(rest));
  }

  /**
   * Moves {@code amount}; a missing recipient becomes a keyless account, unless the amount is zero.
   * Changes nothing unless it is done. Source: host-abi 2.5.
   */
  public Move move(Address from, Address to, U128 amount) {
    if (amount.isZero()) {
      return Move.DONE;
    }
    if (!holdsAtLeast(from, amount)) {
      return Move.INSUFFICIENT;
    }
    if (from.equals(to)) {
      return Move.DONE;
    }
    if (!mayHold(to)) {
      return Move.FOREIGN_RECORD;
    }
    if (!credit(to, amount)) {
      return Move.OVERFLOW;
    }
    if (!debit(from, amount)) {
      throw new IllegalStateException("the balance of " + from + " vanished");
    }
    return Move.DONE;
  }

  /** The contract record of {@code address}, or null. */
  public @Nullable ContractRecord contract(Address address) {
    final byte[] record = overlay.get(StateKeys.contract(address));
    return record == null ? null : ContractRecord.decode(record);
  }

  /** Writes the contract record of {@code address}. */
  public void putContract(Address address, ContractRecord record) {
    overlay.put(StateKeys.contract(address), record.encode());
  }

  /**
   * The hash of the code that runs when {@code address} is called in {@code wave}; zero if none.
   */
  public Hash32 activeCode(Address address, long wave) {
    final AccountReading reading = overlay.reading(address);
    reading.lookAtCode();
    final OpenAccount account = seen(address, reading);
    return account == null ? Hash32.ZERO : activeCode(address, account.codeHash(), wave);
  }

  /**
   * The hash of the code that runs when {@code account} is called in {@code wave}; zero if none.
   */
  public Hash32 activeCode(Account account, long wave) {
    return activeCode(account.address(), account.codeHash(), wave);
  }

  private Hash32 activeCode(Address address, Hash32 codeHash, long wave) {
    final ContractRecord record = codeHash.isZero() ? null : contract(address);
    return record == null ? codeHash : record.activeCode(codeHash, wave);
  }

  /** The address that {@code name} is registered to, or null. */
  public @Nullable Address addressOf(String name) {
    final byte[] value = overlay.get(StateKeys.nameToAddress(name));
    return value == null ? null : Address.at(value, 0);
  }

  /** The name that {@code address} is registered under, or null. */
  public @Nullable String nameOf(Address address) {
    final byte[] value = overlay.get(StateKeys.addressToName(address));
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  /** Registers {@code name} and {@code address} for each other. */
  public void register(String name, Address address) {
    overlay.put(StateKeys.nameToAddress(name), address.toBytes());
    overlay.put(StateKeys.addressToName(address), name.getBytes(StandardCharsets.UTF_8));
  }

  /** The contract that owns the first 16 bytes of {@code address}, or null. */
  public @Nullable Address prefixOwner(Address address) {
    final byte[] value = overlay.get(StateKeys.prefixOwner(address));
    return value == null ? null : Address.at(value, 0);
  }

  /** Registers {@code address} as the owner of its first 16 bytes. */
  public void claimPrefix(Address address) {
    overlay.put(StateKeys.prefixOwner(address), address.toBytes());
  }

  /** A system amount; absent reads as zero. */
  public U128 amount(SystemSlot slot) {
    final byte[] value = overlay.get(StateKeys.system(slot));
    return value == null ? U128.ZERO : U128.at(value, 0);
  }

  /** Writes a system amount. */
  public void putAmount(SystemSlot slot, U128 value) {
    overlay.put(StateKeys.system(slot), value.toBytes());
  }

  /** Adds to a system amount that supply bounds. */
  public void addAmount(SystemSlot slot, U128 more) {
    if (!more.isZero()) {
      putAmount(slot, amount(slot).plus(more));
    }
  }

  /** A system number; absent reads as zero. */
  public long number(SystemSlot slot) {
    return number(StateKeys.system(slot));
  }

  /** The u64 under {@code key}; absent reads as zero. */
  public long number(StateKey key) {
    final byte[] value = overlay.get(key);
    if (value == null) {
      return 0;
    }
    final BorshReader in = new BorshReader(value);
    final long number = in.u64("number");
    in.end("number");
    return number;
  }

  /** Writes a system number. */
  public void putNumber(SystemSlot slot, long value) {
    putNumber(StateKeys.system(slot), value);
  }

  /** Writes a u64 under {@code key}. */
  public void putNumber(StateKey key, long value) {
    overlay.put(key, new BorshWriter(8).u64(value).toBytes());
  }

  /** The list of 32-byte items under {@code key}; absent reads as empty. */
  public List<Hash32> list(StateKey key) {
    final byte[] value = overlay.get(key);
    if (value == null) {
      return List.of();
    }
    final BorshReader in = new BorshReader(value);
    final int count = in.count("list", Hash32.LENGTH);
    final List<Hash32> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(in.hash32("list"));
    }
    in.end("list");
    return items;
  }

  /** Writes a list of 32-byte items; an empty list deletes the key. */
  public void putList(StateKey key, List<Hash32> items) {
    if (items.isEmpty()) {
      overlay.delete(key);
      return;
    }
    final BorshWriter out = new BorshWriter(4 + items.size() * Hash32.LENGTH).u32(items.size());
    for (Hash32 item : items) {
      out.hash32(item);
    }
    overlay.put(key, out.toBytes());
  }

  /** Appends one item to the list under {@code key}. */
  public void append(StateKey key, Hash32 item) {
    final List<Hash32> items = new ArrayList<>(list(key));
    items.add(item);
    putList(key, items);
  }
}
