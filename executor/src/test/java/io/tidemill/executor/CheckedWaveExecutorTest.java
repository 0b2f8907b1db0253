package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.contract.Puppets;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever an executor gets wrong, the one beside it on the other engine says what, and the wave
 * has no result.
 */
class CheckedWaveExecutorTest {
  private static final Rules RULES = Puppets.rules();
  private static final Hash32 WRONG = Blake3.hash(new byte[] {1, 2, 3});

  private final ChicoryEngine reference = new ChicoryEngine();
  private final ExecutorParts compiled = parts(new JvmEngine(reference));
  private final ExecutorParts interpreted = parts(reference);
  private final TestChain chain = new TestChain(RULES, compiled, ledger -> {});

  private ExecutorParts parts(io.tidemill.executor.wasm.Engine engine) {
    return new ExecutorParts(
        ChainSpecification.always(RULES),
        new WasmContractRuntimes(engine, reference),
        SignatureVerifier.TRUSTING,
        GuardSource.NONE);
  }

  /** A transfer, and a call that emits an event, on a chain with a puppet. */
  private Wave wave() {
    chain.run(
        TestChain.tx(0, 0)
            .type(TransactionType.DEPLOY)
            .gas(100_000_000)
            .data(new DeployData("puppet", Puppets.wasm(), 0, new byte[0]).encode())
            .build());
    final byte[] script = Puppets.script().emit(Hash32.ZERO, new byte[] {7, 7}).done();
    return chain.wave(
        List.of(
            TestChain.entry(TestChain.tx(1, 0).to(TestChain.user(2)).value(5).build()),
            TestChain.entry(
                TestChain.tx(3, 0)
                    .to(Addresses.contract("puppet"))
                    .data(new CallPayload("run", script).encode())
                    .build())));
  }

  /** What the check says of an executor that changes its results by {@code lie}. */
  private void assertReported(String expected, UnaryOperator<WaveResult> lie) {
    final WaveExecutor honest = new SerialWaveExecutor(compiled);
    final WaveExecutor liar =
        new WaveExecutor() {
          @Override
          public WaveResult execute(
              Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
            return lie.apply(honest.execute(wave, prePass, base, listener));
          }
        };
    final Wave wave = wave();
    try (Snapshot base = chain.store.snapshot()) {
      final WaveExecutor checked =
          new CheckedWaveExecutor(liar, new SerialWaveExecutor(interpreted), 1);
      assertThatThrownBy(() -> checked.execute(wave, base, WaveExecutor.ReceiptListener.NONE))
          .isInstanceOf(NodeFault.class)
          .hasMessageContaining("wave " + wave.context().waveId())
          .hasMessageContaining(expected);
      final WaveExecutor sampled =
          new CheckedWaveExecutor(liar, new SerialWaveExecutor(interpreted), 1_000);
      assertThat(sampled.execute(wave, base, WaveExecutor.ReceiptListener.NONE)).isNotNull();
    }
  }

  /** The result with other receipts, settled as they are. */
  private static WaveResult receipts(WaveResult r, int index, UnaryOperator<Receipt> change) {
    final List<Receipt> receipts = new ArrayList<>(r.receipts());
    receipts.set(index, change.apply(receipts.get(index)));
    return new WaveResult(
        r.context(),
        r.parentRoot(),
        r.rulesHash(),
        r.contentHash(),
        SettledReceipt.all(receipts, RULES.fees()),
        r.delta(),
        r.codes(),
        r.eventsRoot(),
        r.eventsBloom(),
        r.eventsCount(),
        r.receiptsDigest(),
        r.totals(),
        r.nextBaseFee(),
        r.messages(),
        r.statistics());
  }

  private static Receipt receipt(Receipt r, int code, long gas, U128 fee, List<Event> events) {
    return new Receipt(
        r.waveId(),
        r.transactionIndex(),
        r.transactionHash(),
        r.status(),
        r.category(),
        code,
        r.nonceConsumed(),
        gas,
        fee,
        r.feePayer(),
        r.returnData(),
        r.contract(),
        events);
  }

  /** The result with other roots, digests and diff. */
  private static WaveResult rest(
      WaveResult r,
      Hash32 parentRoot,
      Hash32 contentHash,
      StateDelta delta,
      List<StoredCode> codes,
      Hash32 eventsRoot,
      Hash32 receiptsDigest,
      List<ParachainMessage> messages) {
    return new WaveResult(
        r.context(),
        parentRoot,
        r.rulesHash(),
        contentHash,
        r.settled(),
        delta,
        codes,
        eventsRoot,
        r.eventsBloom(),
        r.eventsCount(),
        receiptsDigest,
        r.totals(),
        r.nextBaseFee(),
        messages,
        r.statistics());
  }

  @Test
  void shouldPassWhatBothEnginesAgreeOn() {
    final Wave wave = wave();
    try (Snapshot base = chain.store.snapshot()) {
      final WaveExecutor checked =
          new CheckedWaveExecutor(
              new SerialWaveExecutor(compiled), new SerialWaveExecutor(interpreted), 1);
      assertThat(checked.execute(wave, base, WaveExecutor.ReceiptListener.NONE).receipts())
          .hasSize(2)
          .allMatch(receipt -> receipt.status() == Receipt.Status.SUCCESS);
    }
  }

  @Test
  void shouldReportAWrongReceipt() {
    assertReported(
        "code: expected 0, got 9",
        r -> receipts(r, 0, one -> receipt(one, 9, one.gasUsed(), one.feePaid(), one.events())));
    assertReported(
        "fee paid: expected",
        r -> receipts(r, 0, one -> receipt(one, 0, one.gasUsed(), U128.ZERO, one.events())));
  }

  @Test
  void shouldReportWrongFuel() {
    assertReported(
        "gas used: expected",
        r ->
            receipts(r, 1, one -> receipt(one, 0, one.gasUsed() + 1, one.feePaid(), one.events())));
  }

  @Test
  void shouldReportWrongEvents() {
    assertReported(
        "number of events: expected 1, got 0",
        r -> receipts(r, 1, one -> receipt(one, 0, one.gasUsed(), one.feePaid(), List.of())));
    assertReported(
        "event 0 data: expected 0x0707, got 0x0708",
        r ->
            receipts(
                r,
                1,
                one -> {
                  final Event event = one.events().getFirst();
                  final Event other =
                      new Event(event.contract(), event.topics(), new byte[] {7, 8});
                  return receipt(one, 0, one.gasUsed(), one.feePaid(), List.of(other));
                }));
    assertReported(
        "events root: expected",
        r ->
            rest(
                r,
                r.parentRoot(),
                r.contentHash(),
                r.delta(),
                r.codes(),
                WRONG,
                r.receiptsDigest(),
                r.messages()));
  }

  @Test
  void shouldReportAWrongStateDiff() {
    assertReported(
        "state ",
        r -> {
          final TreeMap<StateKey, byte @Nullable []> changed = new TreeMap<>();
          r.delta().forEach(entry -> changed.put(entry.key(), entry.value()));
          changed.put(changed.firstKey(), new byte[] {1});
          return delta(r, StateDelta.of(changed));
        });
    assertReported("got not written", r -> delta(r, StateDelta.EMPTY));
    assertReported(
        "expected not written, got 0x05",
        r -> {
          final TreeMap<StateKey, byte @Nullable []> changed = new TreeMap<>();
          r.delta().forEach(entry -> changed.put(entry.key(), entry.value()));
          changed.put(new StateKey(WRONG), new byte[] {5});
          return delta(r, StateDelta.of(changed));
        });
  }

  private static WaveResult delta(WaveResult r, StateDelta delta) {
    return rest(
        r,
        r.parentRoot(),
        r.contentHash(),
        delta,
        r.codes(),
        r.eventsRoot(),
        r.receiptsDigest(),
        r.messages());
  }

  @Test
  void shouldReportWrongRootsAndHashes() {
    assertReported(
        "receipts digest: expected",
        r ->
            rest(
                r,
                r.parentRoot(),
                r.contentHash(),
                r.delta(),
                r.codes(),
                r.eventsRoot(),
                WRONG,
                r.messages()));
    assertReported(
        "parent root: expected",
        r ->
            rest(
                r,
                WRONG,
                WRONG,
                r.delta(),
                r.codes(),
                r.eventsRoot(),
                r.receiptsDigest(),
                r.messages()));
  }

  @Test
  void shouldReportWrongCodeAndMessages() {
    assertReported(
        "staged code: expected []",
        r ->
            rest(
                r,
                r.parentRoot(),
                r.contentHash(),
                r.delta(),
                List.of(new StoredCode(WRONG, new byte[] {1})),
                r.eventsRoot(),
                r.receiptsDigest(),
                r.messages()));
    assertReported(
        "messages: expected []",
        r ->
            rest(
                r,
                r.parentRoot(),
                r.contentHash(),
                r.delta(),
                r.codes(),
                r.eventsRoot(),
                r.receiptsDigest(),
                List.of(
                    new ParachainMessage(1, Address.ZERO, WRONG, new byte[0], new byte[0], 1, 1))));
  }
}
