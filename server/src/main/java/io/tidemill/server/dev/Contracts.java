package io.tidemill.server.dev;

import com.google.protobuf.ByteString;
import io.tidemill.client.NodeException;
import io.tidemill.client.NodeReader;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetCodeRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What contracts are called and how their bytes are read, as the node says. Remembered until {@link
 * #forget}. Safe for use by many threads.
 */
final class Contracts {
  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{64})");

  private record Known(String name, Optional<ContractInterface> code) {}

  private final NodeReader reader;
  private final Map<Address, String> labels;

  /** What the person at the chain calls them; goes before everything else. */
  private final Map<Address, String> given = new ConcurrentHashMap<>();

  private final Map<Address, Known> known = new ConcurrentHashMap<>();

  /** Nothing known yet; {@code labels} are what some addresses are called anyway. */
  Contracts(NodeReader reader, Map<Address, String> labels) {
    this.reader = reader;
    this.labels = Map.copyOf(labels);
  }

  /** Calls {@code address} so from now on; an empty label takes the name away. */
  void name(Address address, String label) {
    given.values().remove(label);
    if (label.isEmpty()) {
      given.remove(address);
    } else {
      given.put(address, label);
    }
  }

  /** What was {@linkplain #name named} so, or null. */
  @Nullable Address named(String label) {
    for (Map.Entry<Address, String> entry : given.entrySet()) {
      if (entry.getValue().equals(label)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** Code may have changed. */
  void forget() {
    known.clear();
  }

  /** The interface of the contract at {@code address}, or null. */
  @Nullable ContractInterface at(Address address) {
    return known(address).code().orElse(null);
  }

  /** What a person calls {@code address}: its name, an account's number, or its first digits. */
  String label(Address address) {
    final String own = given.get(address);
    final String label = own == null ? labels.get(address) : own;
    if (label != null) {
      return label;
    }
    final String name = known(address).name();
    return name.isEmpty() ? shortened("0x" + address.raw().toHex()) : name;
  }

  /** {@code text} with every address in it as its label. */
  String labelled(String text) {
    final Matcher matcher = ADDRESS.matcher(text);
    return matcher.replaceAll(
        found ->
            Matcher.quoteReplacement(label(new Address(Hash32.fromHex("0x" + found.group(1))))));
  }

  /** An event in words. */
  String event(Address contract, List<Hash32> topics, byte[] data) {
    final ContractInterface known = at(contract);
    final String text = known == null ? null : known.event(topics, data);
    return text != null ? text : "event of " + topics.size() + " topics, " + data.length + " bytes";
  }

  private Known known(Address address) {
    return known.computeIfAbsent(address, this::ask);
  }

  private Known ask(Address address) {
    final ByteString raw = ByteString.copyFrom(address.toBytes());
    try {
      final String name =
          reader
              .account(GetAccountRequest.newBuilder().setAddress(raw).build())
              .getAccount()
              .getName();
      final byte[] wasm =
          reader.code(GetCodeRequest.newBuilder().setAddress(raw).build()).getWasm().toByteArray();
      return new Known(name, Optional.ofNullable(ContractInterface.of(wasm)));
    } catch (NodeException e) {
      return new Known("", Optional.empty()); // no contract
    }
  }

  private static String shortened(String hex) {
    return hex.substring(0, 8) + ".." + hex.substring(hex.length() - 4);
  }
}
