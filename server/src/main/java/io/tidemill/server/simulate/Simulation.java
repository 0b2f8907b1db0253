package io.tidemill.server.simulate;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.query.Base;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to simulate: waves one on top of the other.
 *
 * @param minWave refused when the head is older, or null
 */
public record Simulation(Base base, @Nullable Long minWave, List<SimWave> waves, Options options) {
  /** One wave; a null context field follows the parent. */
  public record SimWave(Context context, List<AccountPatch> accounts, List<SimCall> calls) {}

  /** Fields of the context to replace. */
  public record Context(
      @Nullable Long wave,
      @Nullable Long timestamp,
      @Nullable Hash32 beacon,
      @Nullable U128 baseFee,
      @Nullable Long epoch,
      @Nullable Integer anchorMemberId) {
    /** Nothing is replaced. */
    public static final Context NONE = new Context(null, null, null, null, null, null);
  }

  /**
   * What to change of an account before the calls.
   *
   * @param slots a null value deletes the slot
   */
  public record AccountPatch(
      Address address,
      @Nullable U128 balance,
      @Nullable Long nonce,
      byte @Nullable [] code,
      @Nullable U128 gasTank,
      Map<Hash32, byte @Nullable []> slots) {}

  /** One call. */
  public sealed interface SimCall {
    /** A whole transaction, Borsh. */
    record Raw(byte[] transaction) implements SimCall {}

    /**
     * A call in parts.
     *
     * @param toName a registered name, used when {@code to} is null
     * @param gasLimit null for as much as is allowed
     */
    record Parts(
        Address from,
        @Nullable Address to,
        @Nullable String toName,
        U128 value,
        String function,
        byte[] calldata,
        @Nullable Long gasLimit,
        boolean view)
        implements SimCall {}
  }

  /**
   * How strict, and what the answer carries.
   *
   * @param decode by the ABIs of the contracts
   * @param validate check signature, nonce and fee as a wave would
   * @param traceText the call tree and the state diff as lines of text
   * @param fuelCap below the node's, or null
   */
  public record Options(
      boolean decode,
      boolean validate,
      boolean trace,
      boolean traceText,
      boolean accessList,
      boolean stateDiff,
      boolean estimate,
      @Nullable Long fuelCap) {
    /** A plain call. */
    public static final Options CALL =
        new Options(false, false, false, false, false, false, false, null);

    /** A plain call with what it reads and writes. */
    public static final Options ACCESS_LIST =
        new Options(false, false, false, false, true, false, false, null);

    /** A plain call with the smallest gas limit that succeeds. */
    public static final Options ESTIMATE =
        new Options(false, false, false, false, false, false, true, null);

    /** All that can be told of a transaction that was executed; {@code text} for people, too. */
    public static Options trace(boolean text) {
      return new Options(true, true, true, text, true, true, false, null);
    }

    /** Whether somebody looks at every step, for which the reference interpreter is needed. */
    boolean observed() {
      return trace || traceText;
    }
  }

  /** One call on a state. */
  public static Simulation of(Base base, SimCall call, Options options) {
    return new Simulation(
        base, null, List.of(new SimWave(Context.NONE, List.of(), List.of(call))), options);
  }
}
