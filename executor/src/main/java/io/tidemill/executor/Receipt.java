package io.tidemill.executor;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one transaction. Source: state-and-transactions 1.7 and 4.5, host-abi 4.3.
 *
 * @param transactionHash Poseidon2 of the preimage; Blake3 of the bytes when they do not decode
 *     (S11)
 * @param code 0 on success, else a trap code or a reject code
 * @param nonceConsumed whether the sender can use this nonce no more
 * @param gasUsed intrinsic gas plus fuel
 * @param feePayer who paid {@code feePaid}, null when nobody did
 * @param returnData the contract's return or revert payload; a deploy's new address
 * @param contract the account that was created, or null
 */
public record Receipt(
    long waveId,
    int transactionIndex,
    Hash32 transactionHash,
    Status status,
    Category category,
    int code,
    boolean nonceConsumed,
    long gasUsed,
    U128 feePaid,
    @Nullable Address feePayer,
    byte[] returnData,
    @Nullable Address contract,
    List<Event> events) {

  /** How it ended. */
  public enum Status {
    SUCCESS(0),
    REVERTED(1),
    OUT_OF_GAS(2),
    SKIPPED(3);

    private final int tag;

    Status(int tag) {
      this.tag = tag;
    }

    /** The byte in the record. */
    public int tag() {
      return tag;
    }
  }

  /** Who is to blame. */
  public enum Category {
    NONE(0),
    ENGINE_VALIDATION(1),
    CONTRACT(2),
    VM(3);

    private final int tag;

    Category(int tag) {
      this.tag = tag;
    }

    /** The byte in the record. */
    public int tag() {
      return tag;
    }
  }

  public Receipt {
    events = List.copyOf(events);
  }

  /** Whether the hash index points here: the occurrence that took effect (decisions S11). */
  public boolean isIndexed() {
    return nonceConsumed || status == Status.SUCCESS;
  }
}
