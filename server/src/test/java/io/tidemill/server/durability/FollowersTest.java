package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.server.testing.Socket;
import io.tidemill.v1.Event;
import io.tidemill.v1.EventCursor;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.SubscribeEventsRequest;
import io.tidemill.v1.SubscribeEventsResponse;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Followers that lose their connection again and again, and their node now and then: what they hear
 * altogether is what happened, once and in order.
 */
class FollowersTest {
  private static final int WAVES = 12;

  @TempDir private Path folder;
  private DevNode node;
  private WaveFile file;
  private final List<WaveOutcome> outcomes = new ArrayList<>();
  private final Random random = new Random(11);

  @BeforeEach
  void open() {
    node = new DevNode(folder.resolve("data"));
    file = DevNode.waves(11, WAVES, 40);
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** One or two waves more, and sometimes another process in the node's place. */
  private void goOn() {
    for (int i = random.nextInt(2); i >= 0 && outcomes.size() < WAVES; i--) {
      outcomes.add(node.execute(file, outcomes.size()));
    }
    if (random.nextInt(3) == 0) {
      node.restart();
    }
  }

  private List<String> events() {
    final List<String> all = new ArrayList<>();
    for (int wave = 0; wave < outcomes.size(); wave++) {
      for (int index = 0; index < outcomes.get(wave).receipts().size(); index++) {
        final List<Event> said = outcomes.get(wave).receipts().get(index).getEventsList();
        for (int event = 0; event < said.size(); event++) {
          all.add((wave + 1) + "." + index + "." + event);
        }
      }
    }
    return all;
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", node.node.grpcPort()).usePlaintext().build();
  }

  @Test
  void shouldHearEveryDiffOverGrpc() {
    final List<SubscribeWavesResponse> heard = new ArrayList<>();
    goOn();
    while (heard.size() < WAVES) {
      final ManagedChannel channel = channel();
      final Iterator<SubscribeWavesResponse> frames =
          ExecutionServiceGrpc.newBlockingStub(channel)
              .subscribeWaves(
                  SubscribeWavesRequest.newBuilder()
                      .setFromWave(heard.size() + 1)
                      .setWantStateDiff(true)
                      .build());
      for (int i = random.nextInt(3); i >= 0 && heard.size() < outcomes.size(); i--) {
        SubscribeWavesResponse frame = frames.next();
        final SubscribeWavesResponse.Builder whole = frame.toBuilder();
        while (frame.getMore()) {
          frame = frames.next();
          whole.addAllStateDiff(frame.getStateDiffList());
        }
        heard.add(whole.build());
      }
      channel.shutdownNow();
      goOn();
    }
    for (int i = 0; i < WAVES; i++) {
      assertThat(heard.get(i).getDirection())
          .isEqualTo(SubscribeWavesResponse.Direction.DIRECTION_FORWARD);
      assertThat(heard.get(i).getSummary()).isEqualTo(outcomes.get(i).summary());
      assertThat(heard.get(i).getStateDiffList()).isEqualTo(outcomes.get(i).stateDiff());
    }
  }

  @Test
  void shouldHearEveryEventOverGrpc() {
    final List<String> heard = new ArrayList<>();
    EventCursor cursor = EventCursor.newBuilder().setWave(0).build();
    while (outcomes.size() < WAVES || heard.size() < events().size()) {
      goOn();
      final ManagedChannel channel = channel();
      final Iterator<SubscribeEventsResponse> items =
          StateServiceGrpc.newBlockingStub(channel)
              .subscribeEvents(SubscribeEventsRequest.newBuilder().setAfter(cursor).build());
      final int most = random.nextInt(60);
      for (int i = 0; i < most && heard.size() < events().size(); i++) {
        final SubscribeEventsResponse item = items.next();
        if (item.hasEvent()) {
          final Event event = item.getEvent();
          heard.add(
              event.getWave() + "." + event.getTransactionIndex() + "." + event.getEventIndex());
          cursor =
              EventCursor.newBuilder()
                  .setWave(event.getWave())
                  .setTransactionIndex(event.getTransactionIndex())
                  .setEventIndex(event.getEventIndex())
                  .build();
        }
      }
      channel.shutdownNow();
    }
    assertThat(heard).isEqualTo(events());
  }

  @Test
  void shouldHearEveryWaveAndEveryEventOnASocket() {
    final List<String> heard = new ArrayList<>();
    final List<String> roots = new ArrayList<>();
    String afterWave = "0";
    String afterEvent = "0.4294967295.4294967295";
    while (outcomes.size() < WAVES
        || heard.size() < events().size()
        || roots.size() < outcomes.size()) {
      goOn();
      try (Socket socket = new Socket(node.node.httpPort())) {
        socket.subscribe("waves", "{\"after\":\"" + afterWave + "\"}");
        for (int i = random.nextInt(3); i >= 0 && roots.size() < outcomes.size(); i--) {
          final JsonNode item = socket.item();
          afterWave = item.get("cursor").textValue();
          roots.add(item.get("wave").get("root").textValue());
        }
      }
      try (Socket socket = new Socket(node.node.httpPort())) {
        socket.subscribe("events", "{\"after\":\"" + afterEvent + "\"}");
        final int most = random.nextInt(60);
        for (int i = 0; i < most && heard.size() < events().size(); i++) {
          final JsonNode item = socket.item();
          afterEvent = item.get("cursor").textValue();
          final JsonNode event = item.path("event");
          if (event.isObject()) {
            heard.add(
                event.get("wave")
                    + "."
                    + event.get("transaction_index")
                    + "."
                    + event.get("event_index"));
          }
        }
      }
    }
    assertThat(heard).isEqualTo(events());
    for (int i = 0; i < WAVES; i++) {
      assertThat(roots.get(i))
          .isEqualTo(
              "0x" + java.util.HexFormat.of().formatHex(outcomes.get(i).root().toByteArray()));
    }
  }
}
