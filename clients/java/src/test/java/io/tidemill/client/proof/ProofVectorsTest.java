package io.tidemill.client.proof;

import static io.tidemill.client.Vectors.bytes;
import static io.tidemill.client.Vectors.hex;
import static io.tidemill.client.Vectors.integer;
import static io.tidemill.client.Vectors.rows;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidemill.client.Vectors;
import io.tidemill.client.tx.Address;
import io.tidemill.v1.Event;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.WaveSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State keys, proofs and digests against the vectors that the node made. */
class ProofVectorsTest {
  @Test
  void shouldFindAccountsAndSlots() {
    for (Map<String, Object> row : Vectors.read("state-keys.json", "accounts")) {
      Address address = Address.of(hex(row.get("address")));
      assertThat(hex(StateKeys.account(address))).isEqualTo(row.get("account_key"));
      assertThat(hex(StateKeys.contract(address))).isEqualTo(row.get("contract_key"));
    }
    for (Map<String, Object> row : Vectors.read("state-keys.json", "slots")) {
      byte[] key = StateKeys.slot(Address.of(hex(row.get("contract"))), hex(row.get("slot")));
      assertThat(key == null ? null : hex(key)).isEqualTo(row.get("key"));
    }
  }

  @Test
  void shouldAcceptExactlyTheTrueProofsOfState() {
    int valid = 0;
    for (Map<String, Object> row : Vectors.read("proofs.json", "state")) {
      byte[] value = row.get("value") == null ? null : hex(row.get("value"));
      boolean verdict =
          ProofVerifier.verifyState(
              hex(row.get("root")), hex(row.get("key")), value, hex(row.get("proof")));
      assertThat(verdict).as("%s", row).isEqualTo(row.get("valid"));
      valid += verdict ? 1 : 0;
    }
    assertThat(valid).isGreaterThan(10);
  }

  @Test
  void shouldAcceptExactlyTheTrueProofsOfRecords() {
    for (Map<String, Object> row : Vectors.read("proofs.json", "list")) {
      List<byte[]> siblings = new ArrayList<>();
      for (Object sibling : (List<?>) row.get("siblings")) {
        siblings.add(hex(sibling));
      }
      boolean verdict =
          ProofVerifier.verifyRecord(
              hex(row.get("root")),
              integer(row.get("count")),
              integer(row.get("index")),
              hex(row.get("leaf")),
              siblings);
      assertThat(verdict).as("%s", row).isEqualTo(row.get("valid"));
    }
  }

  @Test
  void shouldDigestReceiptsAndEvents() {
    for (Map<String, Object> wave : Vectors.read("records.json", "waves")) {
      List<Receipt> receipts = new ArrayList<>();
      int events = 0;
      for (Map<String, Object> row : rows(wave, "receipts")) {
        Receipt receipt = receipt(row);
        assertThat(hex(WaveDigests.record(receipt))).isEqualTo(row.get("encoded"));
        List<Map<String, Object>> expected = rows(row, "events");
        for (int i = 0; i < expected.size(); i++) {
          assertThat(hex(WaveDigests.record(receipt.getEvents(i))))
              .isEqualTo(expected.get(i).get("encoded"));
        }
        events += expected.size();
        receipts.add(receipt);
      }
      assertThat(hex(WaveDigests.receiptsDigest(receipts))).isEqualTo(wave.get("receipts_digest"));
      assertThat(hex(WaveDigests.eventsRoot(receipts))).isEqualTo(wave.get("events_root"));
      assertThat(hex(WaveDigests.eventsBloom(receipts))).isEqualTo(wave.get("events_bloom"));
      WaveSummary summary =
          WaveSummary.newBuilder()
              .setTransactions(receipts.size())
              .setEventsCount(events)
              .setReceiptsDigest(bytes(wave.get("receipts_digest")))
              .setEventsRoot(bytes(wave.get("events_root")))
              .setEventsBloom(bytes(wave.get("events_bloom")))
              .build();
      assertThat(WaveDigests.match(summary, receipts)).isTrue();
      ByteString other = bytes("ff".repeat(32));
      assertThat(WaveDigests.match(summary.toBuilder().setEventsRoot(other).build(), receipts))
          .isFalse();
    }
  }

  private static Receipt receipt(Map<String, Object> row) {
    Receipt.Builder receipt =
        Receipt.newBuilder()
            .setWave(integer(row.get("wave")))
            .setTransactionIndex(integer(row.get("transaction_index")))
            .setTransactionHash(bytes(row.get("transaction_hash")))
            .setStatusValue(integer(row.get("status")))
            .setCategoryValue(integer(row.get("category")))
            .setCodeValue(integer(row.get("code")))
            .setNonceConsumed((Boolean) row.get("nonce_consumed"))
            .setGasUsed(integer(row.get("gas_used")))
            .setFeePaid(bytes(row.get("fee_paid")))
            .setFeePayer(bytes(row.get("fee_payer")))
            .setReturnData(bytes(row.get("return_data")))
            .setContract(bytes(row.get("contract")));
    int index = 0;
    for (Map<String, Object> event : rows(row, "events")) {
      Event.Builder builder =
          Event.newBuilder()
              .setWave(receipt.getWave())
              .setTransactionIndex(receipt.getTransactionIndex())
              .setEventIndex(index++)
              .setContract(bytes(event.get("contract")))
              .setData(bytes(event.get("data")));
      ((List<?>) event.get("topics")).forEach(topic -> builder.addTopics(bytes(topic)));
      receipt.addEvents(builder);
    }
    return receipt.build();
  }
}
