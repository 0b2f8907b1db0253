package io.tidemill.executor;

import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.wasm.TrapCode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How the type-specific part of a transaction ended, before fees. Source: state-and-transactions
 * 1.7.
 *
 * @param code 0 on success, else a trap code or a reject code
 * @param gasUsed intrinsic gas included
 * @param skip quarantined code was reached: nothing of the transaction may stay (decisions O5)
 */
public record Outcome(
    Receipt.Status status,
    Receipt.Category category,
    int code,
    long gasUsed,
    byte[] returnData,
    @Nullable Address created,
    boolean skip) {
  private static final byte[] NOTHING = new byte[0];

  /** It did what it should. */
  public static Outcome success(long gasUsed) {
    return new Outcome(
        Receipt.Status.SUCCESS, Receipt.Category.NONE, 0, gasUsed, NOTHING, null, false);
  }

  /** The chain refused it; {@code gasUsed} is what the refusal costs. */
  public static Outcome refused(RejectCode code, long gasUsed) {
    return refused(code, gasUsed, NOTHING);
  }

  /** The chain refused it and says why. */
  public static Outcome refused(RejectCode code, long gasUsed, String reason) {
    return refused(code, gasUsed, reason.getBytes(StandardCharsets.UTF_8));
  }

  private static Outcome refused(RejectCode code, long gasUsed, byte[] reason) {
    return new Outcome(
        Receipt.Status.REVERTED,
        Receipt.Category.ENGINE_VALIDATION,
        code.number(),
        gasUsed,
        reason,
        null,
        false);
  }

  /** It needed more than its limit, all of which is used. */
  public static Outcome outOfGas(long gasLimit) {
    return new Outcome(
        Receipt.Status.OUT_OF_GAS,
        Receipt.Category.VM,
        TrapCode.OUT_OF_FUEL.number(),
        gasLimit,
        NOTHING,
        null,
        false);
  }

  /**
   * What a contract's result means, when {@code gasUsed} is the gas of the whole transaction and
   * {@code rejectedGas} what a refusal before any code ran costs.
   */
  public static Outcome of(Result result, long gasUsed, long rejectedGas, long gasLimit) {
    return switch (result.end()) {
      case SUCCESS ->
          new Outcome(
              Receipt.Status.SUCCESS,
              Receipt.Category.NONE,
              0,
              gasUsed,
              result.returnData(),
              result.created(),
              false);
      case REVERTED ->
          new Outcome(
              Receipt.Status.REVERTED,
              Receipt.Category.CONTRACT,
              RejectCode.REVERTED.number(),
              gasUsed,
              result.returnData(),
              null,
              false);
      case TRAPPED ->
          new Outcome(
              Receipt.Status.REVERTED,
              Receipt.Category.VM,
              result.code(),
              gasUsed,
              NOTHING,
              null,
              false);
      case OUT_OF_FUEL -> outOfGas(gasLimit);
      case REJECTED ->
          new Outcome(
              Receipt.Status.REVERTED,
              Receipt.Category.ENGINE_VALIDATION,
              result.code(),
              rejectedGas,
              result.returnData(),
              null,
              false);
      case QUARANTINED ->
          new Outcome(
              Receipt.Status.SKIPPED,
              Receipt.Category.ENGINE_VALIDATION,
              RejectCode.QUARANTINED_CODE.number(),
              0,
              NOTHING,
              null,
              true);
    };
  }

  /** Whether its effects stay. */
  public boolean succeeded() {
    return status == Receipt.Status.SUCCESS;
  }

  /** The same with other return data. */
  Outcome withReturnData(byte[] data) {
    return new Outcome(status, category, code, gasUsed, data, created, skip);
  }

  /** The same with more gas, at most {@code gasLimit}: what ran before the type-specific part. */
  Outcome plusGas(long more, long gasLimit) {
    return new Outcome(
        status,
        category,
        code,
        Math.min(Math.addExact(gasUsed, more), gasLimit),
        returnData,
        created,
        skip);
  }
}
