package io.tidemill.server.wire;

import io.tidemill.executor.WaveResult.Totals;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore.Head;
import io.tidemill.v1.Conflict;
import io.tidemill.v1.Event;
import io.tidemill.v1.ParachainMessage;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptCategory;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.StateChange;
import io.tidemill.v1.StateRoot;
import io.tidemill.v1.WaveRef;
import io.tidemill.v1.WaveResult;
import io.tidemill.v1.WaveStatistics;
import io.tidemill.v1.WaveSummary;
import io.tidemill.v1.WaveTotals;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The executor's words to messages. The same value always gives the same bytes. */
public final class AnswerCodec {
  /** Keys in the statistics of a wave. */
  private static final int MAX_CONFLICTS = 100;

  private AnswerCodec() {}

  /** A receipt with its events. */
  public static Receipt receipt(io.tidemill.executor.Receipt receipt) {
    final Receipt.Builder builder =
        Receipt.newBuilder()
            .setWave(receipt.waveId())
            .setTransactionIndex(receipt.transactionIndex())
            .setTransactionHash(Fields.bytes(receipt.transactionHash()))
            .setStatus(ReceiptStatus.forNumber(receipt.status().tag() + 1))
            .setCategory(ReceiptCategory.forNumber(receipt.category().tag() + 1))
            .setCodeValue(receipt.code())
            .setNonceConsumed(receipt.nonceConsumed())
            .setGasUsed(receipt.gasUsed())
            .setFeePaid(Fields.bytes(receipt.feePaid()))
            .setReturnData(Fields.wrap(receipt.returnData()));
    if (receipt.feePayer() != null) {
      builder.setFeePayer(Fields.bytes(receipt.feePayer()));
    }
    if (receipt.contract() != null) {
      builder.setContract(Fields.bytes(receipt.contract()));
    }
    for (int i = 0; i < receipt.events().size(); i++) {
      builder.addEvents(
          event(receipt.events().get(i), receipt.waveId(), receipt.transactionIndex(), i));
    }
    return builder.build();
  }

  /** An event at its place. */
  public static Event event(
      io.tidemill.executor.Event event, long wave, int transactionIndex, int eventIndex) {
    final Event.Builder builder =
        Event.newBuilder()
            .setWave(wave)
            .setTransactionIndex(transactionIndex)
            .setEventIndex(eventIndex)
            .setContract(Fields.bytes(event.contract()))
            .setData(Fields.wrap(event.data()));
    event.topics().forEach(topic -> builder.addTopics(Fields.bytes(topic)));
    return builder.build();
  }

  /** The bytes a message of {@code receipt} takes, roughly and never too few. */
  public static int estimate(io.tidemill.executor.Receipt receipt) {
    int bytes = 160 + receipt.returnData().length;
    for (io.tidemill.executor.Event event : receipt.events()) {
      bytes += 64 + 34 * event.topics().size() + event.data().length;
    }
    return bytes;
  }

  /** A root. */
  public static StateRoot root(io.tidemill.state.StateRoot root) {
    return StateRoot.newBuilder()
        .setBlake3(Fields.bytes(root.blake3()))
        .setPoseidon2(Fields.bytes(root.poseidon2()))
        .build();
  }

  /** A wave with its root. */
  public static WaveRef ref(Head head) {
    return ref(head.wave(), head.root());
  }

  /** A wave with its root. */
  public static WaveRef ref(long wave, io.tidemill.state.StateRoot root) {
    return WaveRef.newBuilder().setWave(wave).setRoot(root(root)).build();
  }

  /** What a wave amounts to. */
  public static WaveSummary summary(WaveAnswer answer) {
    return WaveSummary.newBuilder()
        .setWave(answer.wave())
        .setRoot(root(answer.root()))
        .setContentHash(Fields.bytes(answer.record().contentHash()))
        .setEventsRoot(Fields.bytes(answer.record().eventsRoot()))
        .setEventsBloom(Fields.wrap(answer.record().eventsBloom()))
        .setEventsCount(answer.record().eventsCount())
        .setReceiptsDigest(Fields.bytes(answer.record().receiptsDigest()))
        .setTransactions(answer.receipts().size())
        .setTotals(totals(answer.record().totals()))
        .setNextBaseFee(Fields.bytes(answer.record().nextBaseFee()))
        .setRulesHash(Fields.bytes(answer.record().rulesHash()))
        .setRecord(Fields.wrap(answer.recordBytes()))
        .build();
  }

  /** The result frame of a wave, with what it cost if that is known and wanted. */
  public static WaveResult result(WaveAnswer answer, boolean withStatistics) {
    final WaveResult.Builder builder =
        WaveResult.newBuilder().setSummary(summary(answer)).setChangedKeys(answer.changedKeys());
    final io.tidemill.executor.WaveStatistics statistics = answer.statistics();
    if (withStatistics && statistics != null) {
      builder.setStatistics(statistics(statistics));
    }
    for (io.tidemill.executor.ParachainMessage message : answer.messages()) {
      builder.addMessages(
          ParachainMessage.newBuilder()
              .setCallId(message.callId())
              .setSender(Fields.bytes(message.sender()))
              .setTarget(Fields.bytes(message.target()))
              .setPayload(Fields.wrap(message.payload()))
              .setCallback(Fields.wrap(message.callback()))
              .setMaxCallbackGas(message.maxCallbackGas())
              .setTimeoutWaves(message.timeoutWaves()));
    }
    return builder.build();
  }

  private static WaveStatistics statistics(io.tidemill.executor.WaveStatistics statistics) {
    final WaveStatistics.Builder builder =
        WaveStatistics.newBuilder()
            .setWorkers(statistics.workers())
            .setAttempts(statistics.attempts())
            .setAborts(statistics.aborts())
            .setDepth(statistics.depth())
            .setIdleNanos(statistics.idleNanos());
    statistics.conflicts().entrySet().stream()
        .sorted(Map.Entry.<StateKey, Integer>comparingByValue().reversed())
        .limit(MAX_CONFLICTS)
        .forEach(
            conflict ->
                builder.addConflicts(
                    Conflict.newBuilder()
                        .setKey(Fields.bytes(conflict.getKey().raw()))
                        .setAborts(conflict.getValue())));
    return builder.build();
  }

  /** One key that changed. */
  public static StateChange change(StateDelta.Entry entry) {
    final StateChange.Builder builder =
        StateChange.newBuilder().setKey(Fields.bytes(entry.key().raw()));
    final byte @Nullable [] value = entry.value();
    if (value != null) {
      builder.setValue(Fields.wrap(value));
    }
    return builder.build();
  }

  private static WaveTotals totals(Totals totals) {
    return WaveTotals.newBuilder()
        .setGasUsed(Fields.bytes(totals.gasUsed()))
        .setFees(Fields.bytes(totals.fees()))
        .setBurned(Fields.bytes(totals.burned()))
        .setReward(Fields.bytes(totals.reward()))
        .setTreasury(Fields.bytes(totals.treasury()))
        .build();
  }
}
