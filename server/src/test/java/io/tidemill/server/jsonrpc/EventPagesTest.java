package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidemill.executor.Event;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.EventCursor;
import io.tidemill.v1.EventFilter;
import io.tidemill.v1.QueryEventsRequest;
import io.tidemill.v1.QueryEventsResponse;
import io.tidemill.v1.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages of events over gRPC and JSON-RPC against a list: whatever is asked for, the pages together
 * are what a filter of the list gives, none has more than was asked for or may be, and no size is
 * refused.
 */
class EventPagesTest {
  private static final int WAVES = 40;
  private static final int QUERIES = 120;
  private static final int MAX_PAGE = 1_000;

  /** No page may be much larger: the limit and one event. */
  private static final int MAX_BYTES = (1 << 20) + (300 << 10);

  /** An event where it happened; {@code place} is the cursor as JSON-RPC writes it. */
  private record Row(long wave, int transaction, int index, Event event) {
    String place() {
      return wave + "." + transaction + "." + index;
    }

    boolean isAfter(@Nullable Place at) {
      if (at == null || wave != at.wave) {
        return at == null || wave > at.wave;
      }
      final int order = Integer.compareUnsigned(transaction, at.transaction);
      return order != 0 ? order > 0 : Integer.compareUnsigned(index, at.index) > 0;
    }
  }

  private record Place(long wave, int transaction, int index) {}

  private record Question(
      long from,
      @Nullable Long to,
      List<Hash32> contracts,
      List<List<Hash32>> topics,
      @Nullable Place after,
      int size) {
    boolean matches(Row row) {
      if (row.wave < from
          || to != null && row.wave > to
          || !row.isAfter(after)
          || !contracts.isEmpty() && !contracts.contains(row.event.contract().raw())) {
        return false;
      }
      for (int i = 0; i < topics.size(); i++) {
        final List<Hash32> wanted = topics.get(i);
        final List<Hash32> there = row.event.topics();
        if (!wanted.isEmpty() && (i >= there.size() || !wanted.contains(there.get(i)))) {
          return false;
        }
      }
      return true;
    }
  }

  /** A page: places of its events, bytes of their data, and where the next begins. */
  private record Page(List<String> places, long bytes, @Nullable Place next) {}

  private static Hash32 named(String kind, int number) {
    return Blake3.hash((kind + number).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private static List<Event> events(Random random) {
    final List<Event> events = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      final List<Hash32> topics = new ArrayList<>();
      for (int j = random.nextInt(5); j > 0; j--) {
        topics.add(named("topic", random.nextInt(4)));
      }
      final byte[] data = new byte[random.nextInt(40) == 0 ? 250_000 : random.nextInt(100)];
      events.add(new Event(new Address(named("contract", random.nextInt(6))), topics, data));
    }
    return events;
  }

  /** Fills {@code node}; what it then holds. */
  private static List<Row> fill(TestNode node, Random random) {
    final Map<String, List<Event>> planned = new HashMap<>();
    node.executor.events = bytes -> planned.getOrDefault(new String(bytes), List.of());
    final List<Row> rows = new ArrayList<>();
    for (int wave = 1; wave <= WAVES; wave++) {
      final String[] transactions = new String[random.nextInt(6)];
      for (int i = 0; i < transactions.length; i++) {
        transactions[i] = wave + "/" + i;
        final List<Event> events = events(random);
        planned.put(transactions[i], events);
        for (int j = 0; j < events.size(); j++) {
          rows.add(new Row(wave, i, j, events.get(j)));
        }
      }
      try (WaveClient client = node.stream()) {
        client.sendAll(TestNode.frames(wave, node.parent(), true, transactions));
        client.awaitResult();
      }
    }
    return rows;
  }

  private static <T> T any(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static Question question(Random random, List<Row> rows) {
    final long from = random.nextInt(WAVES + 10);
    final List<Hash32> contracts =
        random.ints(random.nextInt(4), 0, 7).mapToObj(i -> named("contract", i)).toList();
    final List<List<Hash32>> topics = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      topics.add(
          random
              .ints(random.nextBoolean() ? 0 : 1 + random.nextInt(3), 0, 5)
              .mapToObj(j -> named("topic", j))
              .toList());
    }
    final Row at = any(random, rows);
    final Place after =
        switch (random.nextInt(6)) {
          case 0 -> new Place(at.wave, at.transaction, at.index);
          case 1 -> new Place(random.nextInt(WAVES + 5), random.nextInt(), random.nextInt());
          case 2 -> new Place(Long.MAX_VALUE - random.nextInt(2), -1, -1);
          default -> null;
        };
    return new Question(
        from,
        random.nextBoolean() ? null : from + random.nextInt(WAVES),
        contracts,
        topics,
        after,
        any(random, List.of(1, 2, 7, 100, MAX_PAGE, MAX_PAGE + 1, 1_000_000, -1)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldGiveWhatAListGives(long seed) {
    final Random random = new Random(seed);
    try (TestNode node = new TestNode()) {
      final List<Row> rows = fill(node, random);
      for (int i = 0; i < QUERIES; i++) {
        final Question question = question(random, rows);
        final boolean json = random.nextBoolean();
        assertThat(walk(node, question, json))
            .as("seed %d, query %d over %s: %s", seed, i, json ? "JSON-RPC" : "gRPC", question)
            .isEqualTo(rows.stream().filter(question::matches).map(Row::place).toList());
      }
      shouldRefuseCursorsThatAreNone(node);
    }
  }

  /** The places of all pages. */
  private static List<String> walk(TestNode node, Question question, boolean json) {
    final int most =
        Integer.compareUnsigned(question.size, MAX_PAGE) > 0 ? MAX_PAGE : question.size;
    final List<String> places = new ArrayList<>();
    Question next = question;
    for (int pages = 0; pages < 2_000; pages++) {
      final Page page = json ? overJson(node, next) : overGrpc(node, next);
      assertThat(page.places.size()).isLessThanOrEqualTo(most);
      assertThat(page.bytes).isLessThan(MAX_BYTES);
      places.addAll(page.places);
      if (page.next == null) {
        return places;
      }
      next =
          new Question(
              question.from,
              question.to,
              question.contracts,
              question.topics,
              page.next,
              question.size);
    }
    throw new AssertionError("the pages have no end");
  }

  private static Page overGrpc(TestNode node, Question question) {
    final EventFilter.Builder filter = EventFilter.newBuilder();
    question.contracts.forEach(contract -> filter.addContracts(bytes(contract)));
    for (List<Hash32> values : question.topics) {
      final TopicFilter.Builder topic = TopicFilter.newBuilder();
      values.forEach(value -> topic.addAnyOf(bytes(value)));
      filter.addTopics(topic);
    }
    final QueryEventsRequest.Builder request =
        QueryEventsRequest.newBuilder()
            .setFromWave(question.from)
            .setFilter(filter)
            .setPageSize(question.size);
    if (question.to != null) {
      request.setToWave(question.to);
    }
    if (question.after != null) {
      request.setAfter(
          EventCursor.newBuilder()
              .setWave(question.after.wave)
              .setTransactionIndex(question.after.transaction)
              .setEventIndex(question.after.index));
    }
    final QueryEventsResponse page = node.state().queryEvents(request.build());
    return new Page(
        page.getEventsList().stream()
            .map(e -> e.getWave() + "." + e.getTransactionIndex() + "." + e.getEventIndex())
            .toList(),
        page.getEventsList().stream().mapToLong(event -> event.getData().size()).sum(),
        page.hasNext()
            ? new Place(
                page.getNext().getWave(),
                page.getNext().getTransactionIndex(),
                page.getNext().getEventIndex())
            : null);
  }

  private static ByteString bytes(Hash32 hash) {
    return ByteString.copyFrom(hash.toBytes());
  }

  private static String hashes(List<Hash32> hashes) {
    return hashes.stream()
        .map(hash -> "\"0x" + hash.toHex() + "\"")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static Page overJson(TestNode node, Question question) {
    final Place after = question.after;
    final String filter =
        Stream.of(
                "\"from_wave\":" + question.from,
                question.to == null ? "" : "\"to_wave\":" + question.to,
                "\"contracts\":" + hashes(question.contracts),
                "\"topics\":"
                    + question.topics.stream()
                        .map(EventPagesTest::hashes)
                        .collect(Collectors.joining(",", "[", "]")),
                after == null
                    ? ""
                    : "\"after\":\""
                        + after.wave
                        + "."
                        + Integer.toUnsignedString(after.transaction)
                        + "."
                        + Integer.toUnsignedString(after.index)
                        + "\"",
                "\"limit\":" + Integer.toUnsignedString(question.size))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(",", "{", "}"));
    final JsonNode answer = logs(node, filter);
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    final List<String> places = new ArrayList<>();
    long bytes = 0;
    for (JsonNode event : answer.at("/result/events")) {
      places.add(
          event.get("wave").asText()
              + "."
              + event.get("transaction_index").asText()
              + "."
              + event.get("event_index").asText());
      bytes += HexFormat.of().parseHex(event.get("data").textValue().substring(2)).length;
    }
    final JsonNode next = answer.at("/result/next");
    final String[] parts = next.isNull() ? new String[0] : next.textValue().split("\\.");
    return new Page(
        places,
        bytes,
        parts.length == 0
            ? null
            : new Place(
                Long.parseLong(parts[0]),
                Integer.parseUnsignedInt(parts[1]),
                Integer.parseUnsignedInt(parts[2])));
  }

  private static JsonNode logs(TestNode node, String filter) {
    return Http.rpc(
            node.node.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_getLogs\",\"params\":["
                + filter
                + "]}")
        .json();
  }

  private static void shouldRefuseCursorsThatAreNone(TestNode node) {
    for (String cursor :
        List.of("-1.0.0", "9223372036854775808.0.0", "1.-1.0", "1.0", "a.b.c", "")) {
      assertThat(logs(node, "{\"after\":\"" + cursor + "\"}").at("/error/data/reason").textValue())
          .as(cursor)
          .isEqualTo("INVALID_FIELD");
    }
    assertThatThrownBy(
            () ->
                node.state()
                    .queryEvents(
                        QueryEventsRequest.newBuilder()
                            .setAfter(EventCursor.newBuilder().setWave(-1))
                            .build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status ->
                assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }
}
