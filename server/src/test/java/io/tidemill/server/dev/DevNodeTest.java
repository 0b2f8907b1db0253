package io.tidemill.server.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.Transaction;
import io.tidemill.server.testing.Http;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevNodeTest {
  private static final String ZERO = "0x" + "00".repeat(32);

  private final StringWriter said = new StringWriter();
  private DevNode dev;

  @BeforeEach
  void open() {
    dev = DevNode.start(DevOptions.FOR_TESTS, new PrintWriter(said), false, false, 0);
  }

  @AfterEach
  void close() {
    dev.close();
  }

  private static DevOptions options(DevOptions.State state, String seed) {
    return new DevOptions(
        state, seed, DevOptions.Waves.AT_ONCE, BigInteger.ZERO, List.of(), false, false, 0, 0);
  }

  private JsonNode answer(String method, String params) {
    return Http.rpc(
            dev.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                + method
                + "\",\"params\":"
                + params
                + "}")
        .json();
  }

  private JsonNode result(String method, String params) {
    final JsonNode answer = answer(method, params);
    assertThat(answer.get("error")).as(method + ": " + answer).isNull();
    return answer.get("result");
  }

  private String refusal(String method, String params) {
    final JsonNode answer = answer(method, params);
    assertThat(answer.has("error")).as(method + ": " + answer).isTrue();
    return answer.get("error").get("message").textValue();
  }

  private JsonNode deploy(String name, String argument) {
    return result(
        "dev_deploy",
        "[{\"name\":\""
            + name
            + "\",\"example\":\""
            + name
            + "\",\"arguments\":["
            + argument
            + "]}]");
  }

  private JsonNode send(String from, String to, String function, String... arguments) {
    return result("dev_sendTransaction", "[" + call(from, to, function, arguments) + "]");
  }

  private static String call(String from, String to, String function, String... arguments) {
    final StringBuilder list = new StringBuilder();
    for (String argument : arguments) {
      list.append(list.isEmpty() ? "" : ",").append('"').append(argument).append('"');
    }
    return "{\"from\":\""
        + from
        + "\",\"to\":\""
        + to
        + "\",\"function\":\""
        + function
        + "\",\"arguments\":["
        + list
        + "]}";
  }

  private String view(String to, String function, String... arguments) {
    return result("dev_call", "[" + call("#0", to, function, arguments) + "]")
        .get("result")
        .textValue();
  }

  private static String signed(Transaction transaction, FalconKey key) {
    return "[\"0x" + HexFormat.of().formatHex(key.sign(transaction).encode()) + "\"]";
  }

  @Test
  void shouldTellWhatTransactionsDidByTheAbi() {
    final JsonNode deployed = deploy("token", "\"1000000\"");
    assertThat(deployed.get("status").textValue()).isEqualTo("success");
    assertThat(deployed.get("events").get(0).textValue())
        .isEqualTo("token.Transfer(from: zero, to: #0, amount: 1000000)");
    final JsonNode moved = send("#0", "token", "transfer", "#1", "500");
    assertThat(moved.get("call").textValue()).isEqualTo("token.transfer(#1, 500)");
    assertThat(moved.get("result").textValue()).isEqualTo("true");
    assertThat(view("token", "balance_of", "#1")).isEqualTo("500");
    final JsonNode failed = send("#1", "token", "transfer", "#2", "501");
    assertThat(failed.get("status").textValue()).isEqualTo("reverted");
    assertThat(failed.get("reason").textValue()).endsWith("insufficient balance");
    assertThat(said.toString())
        .contains("ok   token.transfer(#1, 500) -> true  from #0")
        .contains("event token.Transfer(from: #0, to: #1, amount: 500)")
        .contains("fail token.transfer(#2, 501)");
    final JsonNode trace =
        result("dev_traceTransaction", "[" + moved.get("transaction_hash") + ",true]");
    assertThat(trace.get("trace").get("function").textValue()).isEqualTo("transfer");
    assertThat(trace.get("trace_text").get(0).textValue()).contains("call token.transfer(#1, 500)");
    assertThat(trace.get("state_diff").size()).isEqualTo(3);
  }

  @Test
  void shouldTakeWhatAWalletSignedAndNothingElse() {
    final FalconKey wallet = FalconKey.devnet(2);
    final Address to = FalconKey.devnet(3).address();
    final Transaction transfer =
        Transaction.transfer(31_337, wallet.address(), to, BigInteger.TEN, 0);
    final String hash = result("pyde_sendTransaction", signed(transfer, wallet)).textValue();
    assertThat(hash).isEqualTo("0x" + HexFormat.of().formatHex(transfer.hash()));
    assertThat(result("pyde_getTransactionReceipt", "[\"" + hash + "\"]").get("status").textValue())
        .isEqualTo("success");
    assertThat(refusal("pyde_sendTransaction", signed(transfer, wallet)))
        .contains("was refused: nonce out of window");
    final Transaction next = Transaction.transfer(31_337, wallet.address(), to, BigInteger.TEN, 1);
    assertThat(refusal("pyde_sendTransaction", signed(next, FalconKey.devnet(4))))
        .contains("has a signature that is not by the key");
    assertThat(
            refusal(
                "pyde_sendTransaction", "[\"0x" + HexFormat.of().formatHex(next.encode()) + "\"]"))
        .contains("is not signed");
    final Transaction elsewhere = Transaction.transfer(1, wallet.address(), to, BigInteger.TEN, 1);
    assertThat(refusal("pyde_sendTransaction", signed(elsewhere, wallet)))
        .contains("is for chain 1, this is 31337");
    assertThat(refusal("pyde_sendTransaction", "[\"0x00\"]")).contains("does not decode");
  }

  @Test
  void shouldImpersonateAnybodyAndLeaveTheirKeysAlone() {
    final String contract = deploy("counter", "\"7\"").get("contract").textValue();
    assertThat(refusal("dev_sendTransaction", "[" + call(ZERO, "counter", "increment") + "]"))
        .contains("impersonate it first");
    result("dev_impersonate", "[\"" + ZERO + "\"]");
    result("dev_impersonate", "[\"" + contract + "\"]");
    assertThat(send(ZERO, "counter", "increment").get("result").textValue()).isEqualTo("8");
    assertThat(send(contract, "counter", "increment").get("result").textValue()).isEqualTo("9");
    assertThat(result("pyde_getAccount", "[\"" + contract + "\"]").get("public_keys")).isEmpty();
    result("dev_stopImpersonating", "[\"" + ZERO + "\"]");
    assertThat(refusal("dev_sendTransaction", "[" + call(ZERO, "counter", "increment") + "]"))
        .contains("impersonate it first");
  }

  @Test
  void shouldGoBackToASnapshotAndForgetWhatCameAfter() {
    deploy("counter", "\"7\"");
    final int snapshot = result("dev_snapshot", "[]").intValue();
    final String root = result("tidemill_getInfo", "[]").get("head").get("root").textValue();
    for (int i = 0; i < 3; i++) {
      send("#0", "counter", "increment");
    }
    final int later = result("dev_snapshot", "[]").intValue();
    assertThat(view("counter", "get")).isEqualTo("10");
    assertThat(result("dev_revert", "[" + snapshot + "]").intValue()).isEqualTo(1);
    assertThat(view("counter", "get")).isEqualTo("7");
    assertThat(result("tidemill_getInfo", "[]").get("head").get("root").textValue())
        .isEqualTo(root);
    assertThat(refusal("dev_revert", "[" + snapshot + "]")).contains("is not known");
    assertThat(refusal("dev_revert", "[" + later + "]")).contains("is not known");
    assertThat(send("#0", "counter", "increment").get("result").textValue()).isEqualTo("8");
  }

  @Test
  void shouldMakeWavesByHandAndAtRegularTimes() {
    result("dev_setMode", "[\"manual\"]");
    for (int i = 0; i < 3; i++) {
      final JsonNode queued =
          result("dev_sendTransaction", "[{\"from\":\"#5\",\"to\":\"#6\",\"value\":1}]");
      assertThat(queued.get("status").textValue()).isEqualTo("queued");
    }
    final JsonNode mined = result("dev_mine", "[]");
    assertThat(mined.get("wave").intValue()).isEqualTo(1);
    assertThat(mined.get("transactions").intValue()).isEqualTo(3);
    assertThat(result("pyde_getNonce", "[\"" + address(5) + "\"]").intValue()).isEqualTo(3);
    result("dev_sendTransaction", "[{\"from\":\"#5\",\"to\":\"#6\",\"value\":1}]");
    assertThat(result("dev_dropTransactions", "[]").intValue()).isEqualTo(1);
    assertThat(result("dev_mine", "[10]").get("wave").intValue()).isEqualTo(11);
    result("dev_setMode", "[\"interval\",20]");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> result("pyde_waveNumber", "[]").intValue() >= 13);
    assertThat(refusal("dev_setMode", "[\"sometimes\"]"))
        .contains("auto, batch, interval or manual");
    assertThat(refusal("dev_setMode", "[\"interval\",1]")).contains("from 10");
    assertThat(refusal("dev_mine", "[0]")).contains("waves");
  }

  private static String address(int account) {
    return "0x" + FalconKey.devnet(account).address().toHex();
  }

  @Test
  void shouldTravelInTime() {
    result("dev_setTimestamp", "[4102444800]");
    assertThat(result("dev_mine", "[]").get("timestamp").longValue()).isEqualTo(4_102_444_800L);
    result("dev_increaseTime", "[86400]");
    assertThat(result("dev_mine", "[]").get("timestamp").longValue())
        .isGreaterThanOrEqualTo(4_102_444_800L + 86_400);
    assertThat(refusal("dev_setTimestamp", "[1000]")).contains("is before the newest wave's");
  }

  @Test
  void shouldChangeWhatNoTransactionCould() {
    final String contract = deploy("counter", "\"7\"").get("contract").textValue();
    result("dev_setBalance", "[\"#3\",\"5\"]");
    assertThat(result("pyde_getBalance", "[\"" + address(3) + "\"]").textValue()).isEqualTo("5");
    result("dev_setBalance", "[\"" + ZERO + "\",\"340282366920938463463374607431768211455\"]");
    assertThat(result("pyde_getBalance", "[\"" + ZERO + "\"]").textValue())
        .isEqualTo("340282366920938463463374607431768211455");
    result("dev_setNonce", "[\"#4\",40]");
    assertThat(result("pyde_getNonce", "[\"" + address(4) + "\"]").intValue()).isEqualTo(40);
    assertThat(send("#4", "counter", "increment").get("status").textValue()).isEqualTo("success");
    final String slot = "0x" + "21".repeat(32);
    result("dev_setStorage", "[\"counter\",\"" + slot + "\",\"0xbeef\"]");
    final String read = "[\"counter\",\"" + slot + "\"]";
    assertThat(result("pyde_getStorageSlot", read).textValue()).isEqualTo("0xbeef");
    result("dev_setStorage", "[\"counter\",\"" + slot + "\"]");
    assertThat(result("pyde_getStorageSlot", read).isNull()).isTrue();
    final String code = result("pyde_getCode", "[\"counter\"]").get("wasm").textValue();
    final String elsewhere = "0x" + "5a".repeat(32);
    result("dev_setCode", "[\"" + elsewhere + "\",\"" + code + "\"]");
    assertThat(view(elsewhere, "get")).isEqualTo("0");
    assertThat(view(contract, "get")).isEqualTo("8");
  }

  @Test
  void shouldRunEveryExampleOfItsMethods() {
    deploy("counter", "\"7\"");
    result("dev_snapshot", "[]");
    final List<JsonNode> dev = new ArrayList<>();
    final List<JsonNode> last = new ArrayList<>();
    for (JsonNode method : Http.get(this.dev.httpPort(), "/openrpc.json").json().get("methods")) {
      if (method.has("tags")) {
        final String name = method.get("name").textValue();
        // These need what the others do, and going back comes last.
        (List.of("dev_traceTransaction", "dev_revert").contains(name) ? last : dev).add(method);
      }
    }
    dev.addAll(last.reversed());
    assertThat(dev)
        .hasSize(
            new DevMethods(this.dev).methods().size()
                + new ControlMethods(this.dev).methods().size()
                + new StateMethods(this.dev).methods().size());
    for (JsonNode method : dev) {
      if (method.get("name").textValue().equals("dev_setCode")) {
        continue; // A whole module would be its example.
      }
      final List<String> values = new ArrayList<>();
      method
          .get("examples")
          .get(0)
          .get("params")
          .forEach(p -> values.add(p.get("value").toString()));
      result(method.get("name").textValue(), values.toString());
    }
  }

  @Test
  void shouldDescribeExactlyTheParametersOfItsMethods() {
    for (JsonNode method : Http.get(dev.httpPort(), "/openrpc.json").json().get("methods")) {
      final List<String> described = new ArrayList<>();
      method.get("params").forEach(param -> described.add(param.get("name").textValue()));
      assertThat(refusal(method.get("name").textValue(), "{\"no_such_parameter\":1}"))
          .endsWith("known are " + described.stream().sorted().toList());
    }
  }

  @Test
  void shouldContinueAStateOnDiskAndRefuseOneOfOtherAccounts(@TempDir Path folder) {
    final DevOptions durable = options(DevOptions.State.in(folder), null);
    dev.close();
    dev = DevNode.start(durable, new PrintWriter(said), true, false, 0);
    deploy("counter", "\"7\"");
    send("#0", "counter", "increment");
    final String root = result("tidemill_getInfo", "[]").get("head").get("root").textValue();
    dev.close();
    dev = DevNode.start(durable, new PrintWriter(said), true, false, 0);
    assertThat(result("tidemill_getInfo", "[]").get("head").get("root").textValue())
        .isEqualTo(root);
    assertThat(send("#0", "counter", "increment").get("result").textValue()).isEqualTo("9");
    assertThat(said.toString().lines().filter(line -> line.startsWith("{\"kind\":\"ready\"")))
        .hasSize(2);
    dev.close();
    assertThatThrownBy(
            () ->
                DevNode.start(
                    options(DevOptions.State.in(folder), "others"),
                    new PrintWriter(said),
                    true,
                    false,
                    0))
        .hasMessageContaining("another --seed");
    dev = DevNode.start(DevOptions.FOR_TESTS, new PrintWriter(said), true, false, 0);
  }

  @Test
  void shouldMakeTheSameAccountsFromTheSameSeed() {
    final DevOptions options =
        new DevOptions(
            DevOptions.State.IN_MEMORY,
            "tide",
            DevOptions.Waves.AT_ONCE,
            BigInteger.ONE,
            List.of(),
            true,
            false,
            0,
            0);
    dev.close();
    dev = DevNode.start(options, new PrintWriter(said), false, false, 0);
    final JsonNode first = result("dev_accounts", "[]");
    assertThat(first.get(0).get("address").textValue()).isNotEqualTo(address(0));
    final JsonNode moved =
        result("dev_sendTransaction", "[{\"from\":\"#0\",\"to\":\"#1\",\"value\":1}]");
    assertThat(
            result("pyde_getTransactionReceipt", "[" + moved.get("transaction_hash") + "]")
                .get("fee_paid")
                .textValue())
        .isEqualTo("21000");
    dev.close();
    dev = DevNode.start(options, new PrintWriter(said), false, false, 0);
    assertThat(result("dev_accounts", "[]")).isEqualTo(first);
  }

  @Test
  void shouldRefuseTheIdsOfPublicChains() {
    for (long id : new long[] {1, 2}) {
      assertThatThrownBy(() -> new DevExecutor((wave, prePass, base, listener) -> null, id))
          .hasMessageContaining("is a public chain");
    }
  }

  @Test
  void shouldSayWhatIsWrongWithACall() {
    deploy("counter", "\"7\"");
    assertThat(refusal("dev_call", "[" + call("#0", "counter", "git") + "]"))
        .contains("git is not one of")
        .contains("get() -> uint64");
    assertThat(refusal("dev_sendTransaction", "[" + call("#0", "counter", "add", "x") + "]"))
        .contains("argument 1 of add(uint64) -> uint64")
        .contains("is no number");
    assertThat(refusal("dev_sendTransaction", "[" + call("#0", "counter", "add") + "]"))
        .contains("takes 1 argument, got 0");
    assertThat(refusal("dev_call", "[" + call("#0", "nobody", "get") + "]"))
        .contains("nobody is neither an address, #0 to #9, nor a registered name");
    assertThat(refusal("dev_traceTransaction", "[\"" + ZERO + "\"]")).contains("cannot be traced");
  }
}
