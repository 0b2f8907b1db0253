package io.tidemill.state.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.Waves;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProofTest {
  private static final int CASES = Integer.getInteger("tidemill.cases", 40);

  @Test
  void shouldVerifyEveryProofOverItsWireFormAndRejectEveryOtherClaim() {
    for (int seed = 0; seed < CASES; seed++) {
      final Random random = new Random(seed);
      final int keys = 1 + random.nextInt(300);
      final Waves waves = new Waves(seed, keys);
      try (MemoryStateStore store = MemoryStateStore.create()) {
        for (long wave = 0; wave < 4; wave++) {
          waves.commit(store, wave, keys / 2 + 1);
        }
        final Map<StateKey, byte[]> model = waves.model(3, keys / 2 + 1);
        try (Snapshot snapshot = store.snapshot()) {
          final Hash32 root = snapshot.root().blake3();
          for (int i = 0; i < keys + 20; i++) {
            final StateKey key = Waves.key(i);
            final byte[] value = model.get(key);
            final Proof proof = snapshot.prove(key);
            assertThat(Proof.decode(proof.encode())).isEqualTo(proof);
            assertThat(ProofVerifier.verify(root, key.raw(), value, proof)).isTrue();
            assertThat(proof.end() == Proof.End.OWN_LEAF).isEqualTo(value != null);
            refuseOthers(root, key, value, proof, random);
          }
        }
      }
    }
  }

  private static void refuseOthers(
      Hash32 root, StateKey key, byte[] value, Proof proof, Random random) {
    final byte[] other = value == null ? new byte[] {1} : Arrays.copyOf(value, value.length + 1);
    assertThat(ProofVerifier.verify(root, key.raw(), other, proof)).isFalse();
    if (value != null) {
      assertThat(ProofVerifier.verify(root, key.raw(), null, proof)).isFalse();
    }
    final byte[] wire = proof.encode();
    for (int i = 0; i < 6; i++) {
      final byte[] bent = wire.clone();
      bent[random.nextInt(bent.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        final Proof decoded = Proof.decode(bent);
        assertThat(ProofVerifier.verify(root, key.raw(), value, decoded))
            .as("bent proof %s", decoded)
            .isFalse();
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("at byte");
      }
    }
  }

  @Test
  void shouldRefuseMalformedWireForms() {
    final Proof proof =
        new Proof(
            List.of(Waves.hash("a"), TreeHash.EMPTY, Waves.hash("b")),
            Proof.End.OTHER_LEAF,
            new Proof.OtherLeaf(Waves.hash("k"), Waves.hash("v")));
    final byte[] wire = proof.encode();
    assertThat(Proof.decode(wire)).isEqualTo(proof);
    for (int length = 0; length < wire.length; length++) {
      final byte[] cut = Arrays.copyOf(wire, length);
      assertThatThrownBy(() -> Proof.decode(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Proof.decode(Arrays.copyOf(wire, wire.length + 1)))
        .hasMessageContaining("trailing");
    final byte[] deep = wire.clone();
    deep[2] = 2;
    assertThatThrownBy(() -> Proof.decode(deep)).hasMessageContaining("over 256");
    final byte[] padded = wire.clone();
    padded[4] |= 1;
    assertThatThrownBy(() -> Proof.decode(padded)).hasMessageContaining("map");
  }

  @Test
  void shouldRefuseAnotherLeafThatIsNotOnThePath() {
    // A leaf elsewhere in the tree must not pass as the neighbor of an absent key.
    final Waves waves = new Waves(4, 100);
    try (MemoryStateStore store = MemoryStateStore.create()) {
      waves.commit(store, 0, 100);
      try (Snapshot snapshot = store.snapshot()) {
        final List<StateKey> present = new ArrayList<>(waves.model(0, 100).keySet());
        final StateKey held = present.getFirst();
        final Proof own = snapshot.prove(held);
        final byte[] value = snapshot.get(held);
        final Proof forged =
            new Proof(
                own.siblings(),
                Proof.End.OTHER_LEAF,
                new Proof.OtherLeaf(held.keyHash(), io.tidemill.state.hash.Blake3.hash(value)));
        final Hash32 root = snapshot.root().blake3();
        assertThat(ProofVerifier.verify(root, held.raw(), null, forged)).isFalse();
        int accepted = 0;
        for (int i = 100; i < 1000; i++) {
          final boolean shares =
              ProofVerifier.commonBits(held.keyHash(), Waves.key(i).keyHash())
                  >= own.siblings().size();
          assertThat(ProofVerifier.verify(root, Waves.key(i).raw(), null, forged))
              .isEqualTo(shares);
          accepted += shares ? 1 : 0;
        }
        assertThat(accepted).isLessThan(100);
      }
    }
  }
}
