package io.tidemill.server.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.v1.ReceiptCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ErrorCatalogueTest {
  private final ErrorCatalogue catalogue = ErrorCatalogue.get();

  @Test
  void shouldHaveExactlyOneEntryForEveryReason() {
    assertThat(catalogue.all())
        .extracting(ErrorCatalogue.Entry::reason)
        .containsExactlyInAnyOrder(Reason.values());
  }

  @Test
  void shouldNameKnownStatusCodesAndDistinctJsonRpcCodes() {
    assertThat(catalogue.all())
        .allSatisfy(entry -> assertThat(Status.Code.valueOf(entry.grpc())).isNotNull());
    assertThat(catalogue.all()).extracting(ErrorCatalogue.Entry::jsonRpc).doesNotHaveDuplicates();
  }

  @Test
  void shouldMapEachFateToTheStatusCodesOfThatFate() {
    final Map<ErrorCatalogue.Fate, List<String>> allowed =
        Map.of(
            ErrorCatalogue.Fate.CALLER,
            List.of(
                "INVALID_ARGUMENT",
                "FAILED_PRECONDITION",
                "OUT_OF_RANGE",
                "NOT_FOUND",
                "UNIMPLEMENTED",
                "UNAUTHENTICATED",
                "PERMISSION_DENIED",
                "ABORTED",
                "OK"),
            ErrorCatalogue.Fate.PRESSURE,
            List.of("RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"),
            ErrorCatalogue.Fate.NODE,
            List.of("UNAVAILABLE", "INTERNAL", "DATA_LOSS"));
    assertThat(catalogue.all())
        .allSatisfy(entry -> assertThat(allowed.get(entry.fate())).contains(entry.grpc()));
  }

  @Test
  void shouldListTheSameReceiptCodesAsTheExecutorAndTheProtocol() {
    final Map<Integer, String> executor = new TreeMap<>();
    for (TrapCode code : TrapCode.values()) {
      executor.put(code.number(), code.name());
    }
    for (RejectCode code : RejectCode.values()) {
      executor.put(code.number(), code.name());
    }
    final Map<Integer, String> protocol = new TreeMap<>();
    for (ReceiptCode code : ReceiptCode.values()) {
      if (code != ReceiptCode.UNRECOGNIZED && code != ReceiptCode.RECEIPT_CODE_UNSPECIFIED) {
        protocol.put(code.getNumber(), code.name().substring("RECEIPT_CODE_".length()));
      }
    }
    final Map<Integer, String> listed = new TreeMap<>();
    catalogue.receiptCodes().forEach(entry -> listed.put(entry.code(), entry.name()));
    assertThat(listed).isEqualTo(executor);
    assertThat(protocol).isEqualTo(executor);
  }

  @Test
  void shouldFillTheTextFromTheMetadata() {
    final Refusal refusal = Refusal.of(Reason.WAVE_GAP, "wave", 9, "expected_wave", 7);
    assertThat(refusal).hasMessage("wave 9 is not the next one; expected 7");
    assertThat(refusal.action()).isEqualTo("send the waves from 7 on");
    assertThat(new ArrayList<>(refusal.metadata().keySet()))
        .containsExactly("wave", "expected_wave");
  }
}
