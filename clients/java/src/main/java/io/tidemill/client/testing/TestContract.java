package io.tidemill.client.testing;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A contract on a development chain, as one account sees it. */
public final class TestContract {
  private final DevChain chain;
  private final String name;
  private final String from;
  private final BigInteger value;

  TestContract(DevChain chain, String name, String from, BigInteger value) {
    this.chain = chain;
    this.name = name;
    this.from = from;
    this.value = value;
  }

  /** The name it is registered under, or its address. */
  public String name() {
    return name;
  }

  /** The same contract, called by another account: {@code #3}, a name, or 0x and 64 digits. */
  public TestContract from(String account) {
    return new TestContract(chain, name, account, value);
  }

  /** The same contract, where every transaction and call brings so many quanta. */
  public TestContract with(long quanta) {
    return new TestContract(chain, name, from, BigInteger.valueOf(quanta));
  }

  /**
   * Sends a transaction that calls {@code function}; it has a wave of its own when this returns.
   *
   * @param arguments by the types of the ABI; numbers, booleans, or words as {@code tidemill dev
   *     send} takes them
   * @throws io.tidemill.client.json.JsonRpcException if it was not sent, for instance since there
   *     is no such function
   */
  public CallOutcome send(String function, Object... arguments) {
    return CallOutcome.of(
        chain.ask("dev_sendTransaction", Map.of("transaction", parts(function, arguments))));
  }

  /** What {@code function} would do; nothing changes. */
  public CallOutcome call(String function, Object... arguments) {
    return CallOutcome.of(chain.ask("dev_call", Map.of("call", parts(function, arguments))));
  }

  private Map<String, Object> parts(String function, Object... arguments) {
    final Map<String, Object> call = new LinkedHashMap<>();
    call.put("from", from);
    call.put("to", name);
    call.put("value", value.toString());
    call.put("function", function);
    call.put("arguments", words(arguments));
    return call;
  }

  static List<String> words(Object... values) {
    final List<String> words = new ArrayList<>(values.length);
    for (Object value : values) {
      words.add(value instanceof TestContract contract ? contract.name : String.valueOf(value));
    }
    return words;
  }
}
