package io.tidemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.client.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void shouldReadEveryKindOfValue() {
    assertThat(Json.parse(" {\"a\": [1, -2.5e1, true, false, null, \"x\\u0041\\n\"], \"b\": {}} "))
        .isEqualTo(
            Map.of(
                "a",
                java.util.Arrays.asList(
                    new BigDecimal("1"), new BigDecimal("-2.5e1"), true, false, null, "xA\n"),
                "b",
                Map.of()));
  }

  @Test
  void shouldKeepNumbersExact() {
    assertThat(Json.parse("340282366920938463463374607431768211455"))
        .isEqualTo(new BigDecimal("340282366920938463463374607431768211455"));
  }

  @Test
  void shouldWriteWhatItReads() {
    Object value = List.of(Map.of("k", "a\"b\\c\u0001"), 1, true, List.of());
    assertThat(Json.write(Json.parse(Json.write(value)))).isEqualTo(Json.write(value));
  }

  @Test
  void shouldSayWhereTextIsNotJson() {
    for (String bad :
        List.of("", "{", "[1,", "{\"a\"}", "\"x", "tru", "1 2", "\"\\q\"", "[".repeat(100))) {
      assertThatThrownBy(() -> Json.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("character");
    }
  }
}
