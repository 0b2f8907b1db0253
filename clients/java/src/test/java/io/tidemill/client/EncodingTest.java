package io.tidemill.client;

import static io.tidemill.client.Vectors.hex;
import static io.tidemill.client.Vectors.integer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshReader;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Blake3;
import io.tidemill.client.hash.Poseidon2;
import io.tidemill.client.tx.AccessEntry;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.FeePayer;
import io.tidemill.client.tx.Payloads;
import io.tidemill.client.tx.Transaction;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Hashes, addresses and encodings against the vectors that all clients share. */
class EncodingTest {
  @Test
  void shouldHashLikeTheChain() {
    for (Map<String, Object> row : Vectors.read("hashes.json", "poseidon2")) {
      assertThat(hex(Poseidon2.hash(hex(row.get("input")))))
          .as("poseidon2 of %s", row.get("input"))
          .isEqualTo(row.get("hash"));
    }
    for (Map<String, Object> row : Vectors.read("hashes.json", "blake3")) {
      assertThat(hex(Blake3.hash(hex(row.get("input")))))
          .as("blake3 of %s", row.get("input"))
          .isEqualTo(row.get("hash"));
    }
    for (Map<String, Object> row : Vectors.read("hashes.json", "blake3_pattern")) {
      byte[] input = new byte[integer(row.get("length"))];
      for (int i = 0; i < input.length; i++) {
        input[i] = (byte) (i % 251);
      }
      assertThat(hex(Blake3.hash(input)))
          .as("blake3 of %s bytes", input.length)
          .isEqualTo(row.get("hash"));
    }
  }

  @Test
  void shouldDeriveAddressesOfEveryFamily() {
    for (Map<String, Object> row : Vectors.read("addresses.json", "contract")) {
      assertThat(Address.ofContract((String) row.get("name")))
          .hasToString((String) row.get("address"));
    }
    for (Map<String, Object> row : Vectors.read("addresses.json", "parachain")) {
      assertThat(Address.ofParachain((String) row.get("name")))
          .hasToString((String) row.get("address"));
    }
    for (Map<String, Object> row : Vectors.read("addresses.json", "system")) {
      assertThat(Address.ofSystem((String) row.get("name")))
          .hasToString((String) row.get("address"));
    }
    for (Map<String, Object> row : Vectors.read("addresses.json", "child")) {
      Address parent = Address.of(hex(row.get("parent")));
      assertThat(Address.ofChild(parent, hex(row.get("template")), hex(row.get("salt"))))
          .hasToString((String) row.get("address"));
    }
  }

  @Test
  void shouldEncodeAndHashTransactions() {
    for (Map<String, Object> row : Vectors.read("transactions.json", "transactions")) {
      Transaction transaction = transaction(row);
      assertThat(hex(transaction.encode())).isEqualTo(row.get("encoded"));
      assertThat(hex(transaction.hash())).isEqualTo(row.get("hash"));
    }
  }

  @Test
  void shouldEncodePayloads() {
    for (Map<String, Object> row : Vectors.read("payloads.json", "call")) {
      assertThat(hex(Payloads.call((String) row.get("function"), hex(row.get("calldata")))))
          .isEqualTo(row.get("encoded"));
    }
    for (Map<String, Object> row : Vectors.read("payloads.json", "deploy")) {
      byte[] wasm = hex(row.get("wasm"));
      assertThat(
              hex(Payloads.deploy((String) row.get("name"), wasm, hex(row.get("init_calldata")))))
          .isEqualTo(row.get("encoded"));
    }
  }

  @Test
  void shouldEncodeDeadlinesAndPaymasters() {
    Address payer = Address.of(new byte[32]);
    Transaction plain = Transaction.transfer(1, payer, payer, BigInteger.TWO, 3);
    assertThat(plain.withDeadline(9).encode()).hasSize(plain.encode().length + 8);
    assertThat(plain.withFeePayer(new FeePayer.Paymaster(payer)).encode())
        .hasSize(plain.encode().length + 32);
    assertThat(plain.withDeadline(9).hash()).isNotEqualTo(plain.hash());
    assertThat(plain.signedBy(hash -> new byte[] {1}).hash()).isEqualTo(plain.hash());
  }

  @Test
  void shouldReadBackWhatItWrote() {
    BorshWriter out = new BorshWriter();
    out.u8(200).u16(65_535).u32(0xFFFFFFFFL).u64(-1).bool(true);
    out.u128(BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE)).string("wäve");
    out.list(List.of(1, 2, 3), (writer, value) -> writer.u8(value)).option(null, BorshWriter::u64);
    BorshReader in = new BorshReader(out.toBytes());
    assertThat(in.u8()).isEqualTo(200);
    assertThat(in.u16()).isEqualTo(65_535);
    assertThat(in.u32()).isEqualTo(0xFFFFFFFFL);
    assertThat(in.u64()).isEqualTo(-1);
    assertThat(in.bool()).isTrue();
    assertThat(in.u128().bitLength()).isEqualTo(128);
    assertThat(in.string()).isEqualTo("wäve");
    assertThat(in.list(BorshReader::u8)).containsExactly(1, 2, 3);
    assertThat(in.option(BorshReader::u64)).isNull();
    in.end();
  }

  @Test
  void shouldRefuseBytesThatAreNotWhatWasAskedFor() {
    assertThatThrownBy(() -> new BorshReader(new byte[3]).u32()).hasMessageContaining("byte 0");
    assertThatThrownBy(() -> new BorshReader(new byte[] {2}).bool()).hasMessageContaining("bool");
    assertThatThrownBy(() -> new BorshReader(new byte[] {-1, -1, -1, -1}).bytes())
        .hasMessageContaining("4294967295");
    assertThatThrownBy(() -> new BorshReader(new byte[1]).end()).hasMessageContaining("left over");
    assertThatThrownBy(() -> new BorshWriter().u128(BigInteger.ONE.negate()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldKeepAmountsOnTheWireLittleEndian() {
    ByteString wire = U128.toWire(BigInteger.valueOf(0x0102));
    assertThat(wire.byteAt(0)).isEqualTo((byte) 2);
    assertThat(wire.size()).isEqualTo(16);
    assertThat(U128.fromWire(wire)).isEqualTo(BigInteger.valueOf(0x0102));
    assertThat(U128.fromWire(ByteString.EMPTY)).isEqualTo(BigInteger.ZERO);
  }

  private static Transaction transaction(Map<String, Object> row) {
    return Transaction.standard(
            integer(row.get("chain_id")),
            Address.of(hex(row.get("from"))),
            Address.of(hex(row.get("to"))),
            new BigInteger((String) row.get("value")),
            hex(row.get("data")),
            integer(row.get("gas_limit")),
            integer(row.get("nonce")))
        .withAccessList(accessList(row))
        .withType(integer(row.get("type")));
  }

  @SuppressWarnings("unchecked")
  private static List<AccessEntry> accessList(Map<String, Object> row) {
    List<AccessEntry> entries = new ArrayList<>();
    for (Map<String, Object> entry : (List<Map<String, Object>>) row.get("access_list")) {
      List<ByteString> slots = new ArrayList<>();
      for (Object slot : (List<Object>) entry.get("slots")) {
        slots.add(ByteString.copyFrom(hex(slot)));
      }
      entries.add(
          new AccessEntry(
              Address.of(hex(entry.get("address"))), slots, (Boolean) entry.get("write")));
    }
    return entries;
  }
}
