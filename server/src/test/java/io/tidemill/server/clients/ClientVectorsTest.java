package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.client.json.Json;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Poseidon2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The vectors of the clients are what the node's code makes today. */
class ClientVectorsTest {
  @Test
  void shouldBeWhatTheNodeComputes() throws IOException {
    if (Boolean.getBoolean("tidemill.update")) {
      ClientVectors.write();
    }
    for (Map.Entry<String, String> file : ClientVectors.files().entrySet()) {
      assertThat(Files.readString(ClientVectors.FOLDER.resolve(file.getKey())))
          .as(file.getKey() + " is generated; run this test with -Dtidemill.update=true")
          .isEqualTo(file.getValue());
    }
  }

  @Test
  void shouldHoldForTheNodeToo() throws IOException {
    for (Map<?, ?> row : rows("hashes.json", "poseidon2")) {
      assertThat(Poseidon2.hash(bytes(row, "input")).toHex()).isEqualTo(row.get("hash"));
    }
    for (Map<?, ?> row : rows("hashes.json", "blake3")) {
      assertThat(Blake3.hash(bytes(row, "input")).toHex()).isEqualTo(row.get("hash"));
    }
    for (Map<?, ?> row : rows("addresses.json", "contract")) {
      assertThat(Addresses.contract((String) row.get("name"))).hasToString(text(row, "address"));
    }
    for (Map<?, ?> row : rows("addresses.json", "parachain")) {
      assertThat(Addresses.parachain((String) row.get("name"))).hasToString(text(row, "address"));
    }
    for (Map<?, ?> row : rows("transactions.json", "transactions")) {
      final Transaction decoded = (Transaction) TransactionDecoder.decode(bytes(row, "encoded"));
      assertThat(TransactionHash.of(decoded).toHex()).isEqualTo(row.get("hash"));
    }
    for (Map<?, ?> row : rows("payloads.json", "call")) {
      final CallPayload payload = CallPayload.decode(bytes(row, "encoded"));
      assertThat(payload).isNotNull();
      assertThat(payload.function()).isEqualTo(row.get("function"));
      assertThat(payload.calldata()).isEqualTo(bytes(row, "calldata"));
    }
    for (Map<?, ?> row : rows("signatures.json", "signatures")) {
      final boolean verdict =
          FalconVerifier.INSTANCE.verify(
              bytes(row, "public_key"), bytes(row, "message"), bytes(row, "signature"));
      assertThat(verdict).as("%s", row.get("what")).isEqualTo(row.get("valid"));
    }
  }

  private static List<Map<?, ?>> rows(String file, String key) throws IOException {
    final Path path = ClientVectors.FOLDER.resolve("vectors").resolve(file);
    final Object rows = ((Map<?, ?>) Json.parse(Files.readString(path))).get(key);
    return ((List<?>) rows).stream().<Map<?, ?>>map(row -> (Map<?, ?>) row).toList();
  }

  private static byte[] bytes(Map<?, ?> row, String key) {
    return HexFormat.of().parseHex((String) row.get(key));
  }

  private static String text(Map<?, ?> row, String key) {
    return String.valueOf(row.get(key));
  }
}
