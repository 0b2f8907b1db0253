package io.tidemill.executor.nativetx;

import io.tidemill.executor.FeeSplit;
import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * Slashing, by a reporter's transaction or by a system entry of the wave header: the validator is
 * jailed at once, and the reduction of its stake waits in an escrow for the dispute window. Source:
 * state-and-transactions 1.12, decisions S14.
 */
public final class Slash implements NativeTransaction {
  private static final int BPS = 10_000;

  Slash() {}

  @Override
  public Outcome apply(NativeContext context) {
    final SlashEvidence evidence = SlashEvidence.decode(context.transaction().data());
    if (evidence == null || evidence.kind() != SlashEvidence.SAFETY) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final StateKey reports = reportsKey(context.sender(), context.epoch());
    final long sent = context.ledger().number(reports);
    if (sent >= context.rules().slashing().reportsPerEpoch()
        || !punish(
            context.ledger(),
            context.rules(),
            context.waveId(),
            evidence,
            context.sender(),
            context.verifier())) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    context.ledger().putNumber(reports, sent + 1);
    return context.done();
  }

  /**
   * Punishes what the consensus vouches for: a system entry, without payer and nonce. Evidence that
   * does not apply changes nothing.
   */
  public static void applySystemEntry(
      Ledger ledger, Rules rules, long wave, SlashEvidence evidence, SignatureVerifier verifier) {
    punish(ledger, rules, wave, evidence, evidence.reporter(), verifier);
  }

  private static boolean punish(
      Ledger ledger,
      Rules rules,
      long wave,
      SlashEvidence evidence,
      @Nullable Address reporter,
      SignatureVerifier verifier) {
    final Rules.Slashing slashing = rules.slashing();
    final ValidatorRecord record = Validators.get(ledger, evidence.offender());
    final int index = evidence.offense() - 1;
    if (record == null
        || record.status() == ValidatorRecord.Status.EXITED
        || index < 0
        || index >= slashing.offenses().size()) {
      return false;
    }
    final Rules.Slashing.Offense offense = slashing.offenses().get(index);
    final boolean safety = evidence.kind() == SlashEvidence.SAFETY;
    final long epoch = wave / rules.staking().epochLengthWaves();
    final long freshness =
        safety ? slashing.safetyFreshnessEpochs() : slashing.livenessFreshnessEpochs();
    if (offense.safety() != safety
        || evidence.epoch() < 0
        || evidence.epoch() > epoch
        || epoch - evidence.epoch() > freshness
        || evidence.offender().equals(reporter)
        || record.operator().equals(reporter)
        || (safety && !evidence.isProven(record.publicKey(), verifier))) {
      return false;
    }
    final StateKey once =
        StateKeys.system(
            SystemSlot.SLASHED_OFFENSE,
            new BorshWriter(41)
                .u64(evidence.epoch())
                .hash32(evidence.offender().raw())
                .u8(evidence.offense())
                .toBytes());
    if (ledger.overlay().get(once) != null) {
      return false;
    }
    ledger.overlay().put(once, new byte[] {1});
    hold(ledger, rules, wave, evidence, record, reporter);
    return true;
  }

  private static void hold(
      Ledger ledger,
      Rules rules,
      long wave,
      SlashEvidence evidence,
      ValidatorRecord record,
      @Nullable Address reporter) {
    final int index = evidence.offense() - 1;
    final Rules.Slashing slashing = rules.slashing();
    final Rules.Slashing.Offense offense = slashing.offenses().get(index);
    final long epoch = wave / rules.staking().epochLengthWaves();
    final long bps = shareBps(ledger, slashing, offense, record, index, epoch);
    final U128 amount = FeeSplit.share(record.stake(), bps);
    ValidatorRecord changed = record.withStake(record.stake().minus(amount)).punished(index);
    if (offense.jailEpochs() > 0) {
      changed = changed.jailed(wave + offense.jailEpochs() * rules.staking().epochLengthWaves());
    }
    Validators.put(ledger, evidence.offender(), changed);
    final long id = ledger.number(SystemSlot.NEXT_ESCROW);
    ledger.putNumber(SystemSlot.NEXT_ESCROW, id + 1);
    final long matures = epoch + slashing.disputeWindowEpochs();
    new SlashEscrow(
            evidence.offender(),
            offense.safety() ? reporter : null,
            evidence.offense(),
            amount,
            record.stake(),
            matures)
        .put(ledger, id);
    ledger.append(StateKeys.system(SystemSlot.ESCROWS_OF_EPOCH, matures), new Hash32(0, 0, 0, id));
  }

  /** first * (times before + 1), halved in the first epoch, times the correlation, at most max. */
  private static long shareBps(
      Ledger ledger,
      Rules.Slashing slashing,
      Rules.Slashing.Offense offense,
      ValidatorRecord record,
      int index,
      long epoch) {
    long bps =
        Math.min((long) offense.firstBps() * (record.timesPunished(index) + 1L), offense.maxBps());
    if (record.activeSinceEpoch() == epoch) {
      bps = bps * slashing.graceBps() / BPS;
    }
    if (offense.safety()) {
      final StateKey key = StateKeys.system(SystemSlot.SLASHED_OFFENSE, epoch);
      final long others = ledger.number(key);
      ledger.putNumber(key, others + 1);
      final long divisor = slashing.correlationDivisor();
      bps = bps * Math.min(divisor + others, 2 * divisor) / divisor;
    }
    return Math.min(bps, offense.maxBps());
  }

  private static StateKey reportsKey(Address reporter, long epoch) {
    return StateKeys.system(
        SystemSlot.REPORTER_COUNT, new BorshWriter(40).hash32(reporter.raw()).u64(epoch).toBytes());
  }
}
