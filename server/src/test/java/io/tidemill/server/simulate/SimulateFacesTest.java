package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.DevNode;
import io.tidemill.v1.AccessedKey;
import io.tidemill.v1.AccountOverride;
import io.tidemill.v1.CallFrame;
import io.tidemill.v1.CallResult;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.ContextOverride;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.SlotOverride;
import io.tidemill.v1.TraceStep;
import io.tidemill.v1.WasmFrame;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One message behind every way to simulate: the cases of {@code openapi/conformance/simulate} ask
 * each method the same, {@code ConformanceTest} holds a node to the answers, and here the answers
 * are held to each other and to that of gRPC.
 */
class SimulateFacesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static DevNode node;

  @BeforeAll
  static void open() {
    node = new DevNode();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private record Exchange(JsonNode params, JsonNode answer) {}

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "openapi", "conformance", "simulate"))) {
      return files.sorted().toList();
    }
  }

  private static Map<String, Exchange> exchanges(Path file) throws IOException {
    final Map<String, Exchange> exchanges = new LinkedHashMap<>();
    final List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i += 2) {
      final JsonNode request = MAPPER.readTree(lines.get(i).substring(3));
      exchanges.put(
          request.get("method").textValue(),
          new Exchange(request.get("params"), MAPPER.readTree(lines.get(i + 1).substring(3))));
    }
    return exchanges;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldAnswerAlikeWhicheverWayItIsAsked(Path file) throws IOException {
    final Map<String, Exchange> asked = exchanges(file);
    assertThat(asked.keySet())
        .containsExactly(
            "pyde_simulateTransaction",
            "pyde_simulateWave",
            "pyde_call",
            "pyde_estimateGas",
            "pyde_createAccessList");
    final ObjectNode whole = asked.get("pyde_simulateTransaction").answer().withObject("/result");
    final JsonNode base = whole.remove("base");
    final JsonNode waves = asked.get("pyde_simulateWave").answer().get("result");
    assertThat(waves.get("base")).isEqualTo(base);
    assertThat(waves.at("/waves/0/calls")).hasSize(1);
    assertThat(waves.at("/waves/0/calls/0")).isEqualTo(whole);
    checkCall(whole, asked.get("pyde_call").answer());
    checkEstimate(whole, asked.get("pyde_estimateGas").answer());
    final JsonNode list = asked.get("pyde_createAccessList").answer().get("result");
    for (String field : List.of("status", "return_data", "fuel_used", "receipt", "access_list")) {
      assertThat(list.get(field)).as(field).isEqualTo(whole.get(field));
    }
    final CallResult over =
        node.execution()
            .simulate(request(asked.get("pyde_simulateWave").params()))
            .getWaves(0)
            .getCalls(0);
    checkGrpc(whole, over);
  }

  private static void checkCall(JsonNode whole, JsonNode answer) {
    if (whole.get("status").textValue().equals("success")) {
      assertThat(answer.get("result")).isEqualTo(whole.get("return_data"));
    } else {
      checkFailure(whole, answer);
    }
  }

  private static void checkEstimate(JsonNode whole, JsonNode answer) {
    if (whole.get("status").textValue().equals("success")) {
      assertThat(answer.at("/result/gas")).isEqualTo(whole.get("gas_estimate"));
      assertThat(answer.at("/result/gas_used")).isEqualTo(whole.get("gas_used"));
      assertThat(answer.at("/result/fuel_used")).isEqualTo(whole.get("fuel_used"));
    } else {
      checkFailure(whole, answer);
    }
  }

  /** An error carries what the call result of the failure does. */
  private static void checkFailure(JsonNode whole, JsonNode answer) {
    final JsonNode data = answer.at("/error/data");
    for (String field : List.of("status", "return_data", "gas_used", "fuel_used")) {
      assertThat(data.get(field).asText()).as(field).isEqualTo(whole.get(field).asText());
    }
    final JsonNode error = whole.get("error");
    assertThat(data.get("revert_reason")).isEqualTo(error.get("revert_reason"));
    assertThat(data.get("backtrace")).isEqualTo(error.get("backtrace"));
    assertThat(data.get("code").asText()).isEqualTo(error.get("code").asText());
    assertThat(answer.at("/error/message").textValue()).contains(error.get("message").textValue());
  }

  // ---- gRPC -------------------------------------------------------------------------------------

  private static ByteString bytes(JsonNode hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex.textValue().substring(2)));
  }

  private static String hex(ByteString bytes) {
    return "0x" + HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static ByteString amount(JsonNode text) {
    return ByteString.copyFrom(U128.of(new BigInteger(text.asText())).toBytes());
  }

  /** The parameters of {@code pyde_simulateWave} as the message of gRPC. */
  private static SimulateRequest request(JsonNode params) {
    final JsonNode wave = params.at("/waves/0");
    final SimulatedWave.Builder builder = SimulatedWave.newBuilder();
    if (wave.at("/context").has("timestamp")) {
      builder.setContext(
          ContextOverride.newBuilder().setTimestamp(wave.at("/context/timestamp").longValue()));
    }
    wave.path("overrides")
        .properties()
        .forEach(account -> builder.addAccounts(patch(account.getKey(), account.getValue())));
    builder.addCalls(SimulatedCall.newBuilder().setSpec(spec(wave.at("/calls/0"))));
    return SimulateRequest.newBuilder()
        .addWaves(builder)
        .setOptions(
            SimulateOptions.newBuilder()
                .setTrace(true)
                .setTraceText(true)
                .setAccessList(true)
                .setStateDiff(true)
                .setEstimateGas(true))
        .build();
  }

  private static AccountOverride patch(String address, JsonNode given) {
    final AccountOverride.Builder patch =
        AccountOverride.newBuilder()
            .setAddress(ByteString.copyFrom(HexFormat.of().parseHex(address.substring(2))));
    if (given.has("code")) {
      patch.setCode(bytes(given.get("code")));
    }
    if (given.has("balance")) {
      patch.setBalance(amount(given.get("balance")));
    }
    given
        .path("slots")
        .properties()
        .forEach(
            slot ->
                patch.addSlots(
                    SlotOverride.newBuilder()
                        .setSlot(
                            ByteString.copyFrom(
                                HexFormat.of().parseHex(slot.getKey().substring(2))))
                        .setValue(bytes(slot.getValue()))));
    return patch.build();
  }

  private static CallSpec spec(JsonNode call) {
    final CallSpec.Builder spec =
        CallSpec.newBuilder()
            .setTo(bytes(call.get("to")))
            .setFunction(call.path("function").asText())
            .setView(call.path("view").asBoolean());
    if (call.has("from")) {
      spec.setFrom(bytes(call.get("from")));
    }
    if (call.has("value")) {
      spec.setValue(amount(call.get("value")));
    }
    if (call.has("calldata")) {
      spec.setCalldata(bytes(call.get("calldata")));
    }
    if (call.has("gas_limit")) {
      spec.setGasLimit(call.get("gas_limit").longValue());
    }
    return spec.build();
  }

  private static void checkGrpc(JsonNode whole, CallResult over) {
    assertThat("RECEIPT_STATUS_" + whole.get("status").textValue().toUpperCase(Locale.ROOT))
        .isEqualTo(over.getReceipt().getStatus().name());
    assertThat(whole.get("return_data").textValue())
        .isEqualTo(hex(over.getReceipt().getReturnData()));
    assertThat(whole.get("gas_used").longValue()).isEqualTo(over.getReceipt().getGasUsed());
    assertThat(whole.get("fuel_used").longValue()).isEqualTo(over.getFuelUsed());
    assertThat(whole.path("gas_estimate").asLong()).isEqualTo(over.getGasEstimate());
    assertThat(texts(whole.path("trace_text"))).isEqualTo(over.getTraceTextList());
    assertThat(whole.at("/decoded/call").asText()).isEqualTo(over.getDecoded().getCall());
    assertThat(whole.at("/decoded/result").asText()).isEqualTo(over.getDecoded().getResult());
    assertThat(texts(whole.at("/decoded/events"))).isEqualTo(over.getDecoded().getEventsList());
    assertThat(keys(whole.at("/access_list/reads")))
        .isEqualTo(
            over.getAccessList().getReadsList().stream().map(SimulateFacesTest::key).toList());
    assertThat(keys(whole.at("/access_list/writes")))
        .isEqualTo(
            over.getAccessList().getWritesList().stream().map(SimulateFacesTest::key).toList());
    assertThat(whole.get("state_diff")).hasSize(over.getStateDiffCount());
    for (int i = 0; i < over.getStateDiffCount(); i++) {
      final JsonNode change = whole.get("state_diff").get(i);
      assertThat(change.get("key").textValue()).isEqualTo(hex(over.getStateDiff(i).getKey()));
      assertThat(change.get("value").textValue()).isEqualTo(hex(over.getStateDiff(i).getValue()));
    }
    assertThat(whole.has("error")).isEqualTo(over.hasError());
    assertThat(whole.at("/error/message").asText()).isEqualTo(over.getError().getMessage());
    assertThat(whole.at("/error/code").asInt()).isEqualTo(over.getError().getCodeValue());
    checkPlaces(whole.at("/error/backtrace"), over.getError().getBacktraceList());
    assertThat(whole.has("trace")).isEqualTo(over.hasTrace());
    if (over.hasTrace()) {
      checkFrame(whole.get("trace"), over.getTrace());
    }
  }

  private static String key(AccessedKey key) {
    return hex(key.getKey());
  }

  private static List<String> keys(JsonNode accesses) {
    final List<String> keys = new ArrayList<>();
    accesses.forEach(access -> keys.add(access.get("key").textValue()));
    return keys;
  }

  private static List<String> texts(JsonNode array) {
    final List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.textValue()));
    return texts;
  }

  private static void checkPlaces(JsonNode places, List<WasmFrame> over) {
    assertThat(places).hasSize(over.size());
    for (int i = 0; i < over.size(); i++) {
      final JsonNode place = places.get(i);
      assertThat(place.get("function_name").textValue()).isEqualTo(over.get(i).getFunctionName());
      assertThat(place.get("function_index").intValue()).isEqualTo(over.get(i).getFunctionIndex());
      assertThat(place.get("code_offset").intValue()).isEqualTo(over.get(i).getCodeOffset());
    }
  }

  private static void checkFrame(JsonNode frame, CallFrame over) {
    assertThat(frame.get("function").textValue()).isEqualTo(over.getFunction());
    assertThat(frame.get("contract").textValue()).isEqualTo(hex(over.getContract()));
    assertThat(frame.get("fuel_used").longValue()).isEqualTo(over.getFuelUsed());
    assertThat(frame.get("own_fuel").longValue()).isEqualTo(over.getOwnFuel());
    assertThat(frame.get("return_data").textValue()).isEqualTo(hex(over.getReturnData()));
    checkPlaces(frame.path("backtrace"), over.getError().getBacktraceList());
    assertThat(frame.get("functions")).hasSize(over.getFunctionsCount());
    for (int i = 0; i < over.getFunctionsCount(); i++) {
      final JsonNode function = frame.get("functions").get(i);
      assertThat(function.get("function_name").textValue())
          .isEqualTo(over.getFunctions(i).getFunctionName());
      assertThat(function.get("fuel").longValue()).isEqualTo(over.getFunctions(i).getFuel());
    }
    assertThat(frame.get("steps")).hasSize(over.getStepsCount());
    for (int i = 0; i < over.getStepsCount(); i++) {
      checkStep(frame.get("steps").get(i), over.getSteps(i));
    }
  }

  private static void checkStep(JsonNode step, TraceStep over) {
    switch (over.getStepCase()) {
      case HOST_CALL -> {
        assertThat(step.get("host_call").textValue()).isEqualTo(over.getHostCall().getName());
        assertThat(step.get("gas").longValue()).isEqualTo(over.getHostCall().getGas());
        assertThat(step.get("fuel_left").longValue()).isEqualTo(over.getHostCall().getFuelLeft());
      }
      case STORAGE ->
          assertThat(step.get(over.getStorage().getWrite() ? "write" : "read").textValue())
              .isEqualTo(hex(over.getStorage().getSlot()));
      case EVENT ->
          assertThat(step.at("/event/data").textValue()).isEqualTo(hex(over.getEvent().getData()));
      case DEBUG_LOG -> assertThat(step.get("debug_log").textValue()).isEqualTo(over.getDebugLog());
      case CALL -> checkFrame(step.get("call"), over.getCall());
      case STEP_NOT_SET -> throw new AssertionError("an empty step");
    }
  }
}
