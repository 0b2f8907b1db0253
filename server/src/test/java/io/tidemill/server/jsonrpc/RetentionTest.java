package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.StateRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of any retained wave by number, root and tag, and what is said about one that is gone. */
class RetentionTest {
  private static final int WAVES = 12;
  private static final int RETAINED = 5;

  private TestNode node;
  private final List<String> roots = new ArrayList<>();

  @BeforeEach
  void open() {
    node =
        new TestNode(
            Map.of(Setting.DATA_RETAIN_WAVES, Integer.toString(RETAINED)),
            store -> TestNode.withGenesis(MemoryStateStore.create(RETAINED)));
    roots.add("");
    for (int wave = 1; wave <= WAVES; wave++) {
      try (var client = node.stream()) {
        client.sendAll(TestNode.frames(wave, node.parent(), true, "value" + wave));
        roots.add(
            "0x"
                + HexFormat.of()
                    .formatHex(
                        client
                            .awaitResult()
                            .result()
                            .getSummary()
                            .getRoot()
                            .getBlake3()
                            .toByteArray()));
      }
    }
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** The key that the wave wrote. */
  private static byte[] key(int wave) {
    return Blake3.hash(("value" + wave).getBytes(StandardCharsets.UTF_8)).toBytes();
  }

  private JsonNode state(int written, String base) {
    return Http.rpc(
            node.node.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tidemill_getState\",\"params\":{\"keys\":[\"0x"
                + HexFormat.of().formatHex(key(written))
                + "\"],\"base\":"
                + base
                + "}}")
        .json();
  }

  private boolean has(int written, String base) {
    final JsonNode answer = state(written, base);
    assertThat(answer.has("result")).as(base + ": " + answer).isTrue();
    return !answer.at("/result/entries/0/value").isNull();
  }

  @Test
  void shouldReadEveryRetainedWaveByNumberAndByRoot() {
    for (int wave = WAVES - RETAINED + 1; wave <= WAVES; wave++) {
      for (String base : List.of(Integer.toString(wave), "\"" + roots.get(wave) + "\"")) {
        assertThat(has(wave, base)).as("wave %d at %s", wave, base).isTrue();
        if (wave < WAVES) {
          assertThat(has(wave + 1, base)).as("what came after %s", base).isFalse();
        }
        assertThat(state(wave, base).at("/result/base/wave").intValue()).isEqualTo(wave);
        assertThat(state(wave, base).at("/result/base/root").textValue())
            .isEqualTo(roots.get(wave));
      }
    }
  }

  @Test
  void shouldReadByTag() {
    for (String tag : List.of("latest", "safe", "finalized", "pending")) {
      assertThat(state(WAVES, "\"" + tag + "\"").at("/result/base/wave").intValue())
          .as(tag)
          .isEqualTo(WAVES);
    }
    try (var client = node.stream()) {
      client.sendAll(TestNode.frames(WAVES + 1, node.parent(), false, "value" + (WAVES + 1)));
      client.awaitResult();
    }
    assertThat(has(WAVES + 1, "\"pending\"")).isTrue();
    for (String tag : List.of("latest", "safe", "finalized")) {
      assertThat(has(WAVES + 1, "\"" + tag + "\"")).as(tag).isFalse();
    }
  }

  @Test
  void shouldSayWhatIsStillThereWhenAWaveIsPrunedOrToCome() {
    for (String base : List.of("1", "0", "\"earliest\"", "\"" + roots.get(2) + "\"", "99")) {
      final JsonNode error = state(1, base).get("error");
      assertThat(error).as(base).isNotNull();
      assertThat(error.at("/data/reason").textValue()).isEqualTo("STATE_NOT_AVAILABLE");
      assertThat(error.at("/data/oldest_wave").asText())
          .isEqualTo(Integer.toString(WAVES - RETAINED + 1));
      assertThat(error.at("/data/head_wave").asText()).isEqualTo(Integer.toString(WAVES));
    }
    assertThatThrownBy(
            () ->
                node.state()
                    .getProof(
                        GetProofRequest.newBuilder()
                            .setKeys(
                                io.tidemill.v1.StateKeys.newBuilder()
                                    .addKeys(ByteString.copyFrom(key(1))))
                            .setBase(StateRef.newBuilder().setWave(1))
                            .build()))
        .hasMessageContaining("available are waves " + (WAVES - RETAINED + 1) + " to " + WAVES);
  }
}
