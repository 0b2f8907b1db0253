package io.tidemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.tidemill.v1.WaveContext;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Waves that do not wait for the answers of those before. */
class WavesAheadTest {
  @RegisterExtension private final ScriptedNode node = new ScriptedNode();

  @Test
  void shouldAnswerInOrderAndReadAnswersItselfWhenTheNodeTakesNoMore() {
    try (WavesAhead ahead = node.client().openWavesAhead()) {
      ahead.send(wave(1));
      for (long number = 2; number <= 12; number++) {
        ahead.send(wave(number).ahead());
      }
      assertThat(ahead.inFlight()).isEqualTo(12);
      // The scripted node takes one at a time.
      assertThat(ahead.unanswered()).hasSizeLessThanOrEqualTo(2);
      for (long number = 1; number <= 12; number++) {
        assertThat(ahead.next().summary().getWave()).isEqualTo(number);
      }
      assertThatThrownBy(ahead::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(node.streams).isEqualTo(1);
    assertThat(node.parents).hasSize(12);
    assertThat(node.parents.getFirst().size()).isEqualTo(32);
    assertThat(node.parents.subList(1, 12)).allMatch(ByteString::isEmpty);
  }

  @Test
  void shouldSendWhatHasNoAnswerAgainWhenTheStreamBreaks() {
    List<String> causes = new ArrayList<>();
    WaveListener listener =
        new WaveListener() {
          @Override
          public void onResend(NodeException cause) {
            causes.add(cause.reason());
          }
        };
    try (WavesAhead ahead = node.client().openWavesAhead()) {
      ahead.send(wave(1), listener);
      assertThat(ahead.next().summary().getWave()).isEqualTo(1);
      node.head = 1;
      node.breakStreams = 1;
      ahead.send(wave(2).ahead(), listener);
      ahead.send(wave(3).ahead(), listener);
      assertThat(ahead.next().summary().getWave()).isEqualTo(2);
      assertThat(ahead.next().summary().getWave()).isEqualTo(3);
    }
    assertThat(causes).containsExactly("NODE_DRAINING", "NODE_DRAINING");
    assertThat(node.streams).isEqualTo(2);
    // On the new stream the first wave names the root of the last answer.
    assertThat(node.parents.getLast().isEmpty()).isTrue();
    assertThat(node.parents.get(node.parents.size() - 2).size()).isEqualTo(32);
  }

  @Test
  void shouldSendEverythingAgainWhenAChunkWasLost() {
    try (WavesAhead ahead = node.client().openWavesAhead()) {
      node.loseFirstChunk = true;
      ahead.send(wave(1));
      ahead.send(wave(2).ahead());
      assertThat(ahead.next().receipts()).hasSize(3);
      assertThat(ahead.next().receipts()).hasSize(3);
    }
  }

  @Test
  void shouldKeepTheWavesThatHaveNoAnswerWhenTheNodeAbandonsOne() {
    try (WavesAhead ahead = node.client().openWavesAhead()) {
      node.abort = "ROOT_DIVERGED";
      ahead.send(wave(1));
      ahead.send(wave(2).ahead());
      NodeException error = catchThrowableOfType(NodeException.class, ahead::next);
      assertThat(error.reason()).isEqualTo("ROOT_DIVERGED");
      assertThat(ahead.unanswered())
          .extracting(wave -> wave.header().getWave())
          .containsExactly(1L, 2L);
      node.abort = "";
      assertThat(ahead.next().summary().getWave()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseAFirstWaveWithoutAParent() {
    try (WavesAhead ahead = node.client().openWavesAhead()) {
      assertThatThrownBy(() -> ahead.send(wave(1).ahead()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must name its parent");
    }
  }

  private static WaveRequest wave(long number) {
    return WaveRequest.of(
        number,
        ByteString.copyFrom(new byte[32]),
        WaveContext.getDefaultInstance(),
        List.of(new byte[10], new byte[10], new byte[10]));
  }
}
