package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Method;
import io.tidemill.server.jsonrpc.Params;
import io.tidemill.state.hash.Blake3;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code dev_*} methods that steer the chain: waves, time, snapshots, state, impersonation. */
final class ControlMethods {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Waves of one request. */
  private static final int MAX_WAVES = 1_000;

  /** Characters of a label. */
  private static final int MAX_LABEL = 64;

  /** Transactions of one wave, in the mode that waits for so many. */
  static final int MAX_BATCH = 10_000;

  private final DevNode dev;

  ControlMethods(DevNode dev) {
    this.dev = dev;
  }

  List<Method> methods() {
    return List.of(
        new Method("dev_mine", List.of("waves"), this::mine),
        new Method("dev_setMode", List.of("mode", "interval_millis", "size"), this::setMode),
        new Method("dev_dropTransactions", List.of(), params -> number(dev.sequencer().drop())),
        new Method("dev_snapshot", List.of(), params -> number(dev.sequencer().snapshot())),
        new Method("dev_revert", List.of("snapshot"), this::revert),
        new Method("dev_setTimestamp", List.of("timestamp"), this::setTimestamp),
        new Method("dev_increaseTime", List.of("seconds"), this::increaseTime),
        new Method("dev_impersonate", List.of("account"), params -> impersonate(params, true)),
        new Method(
            "dev_stopImpersonating", List.of("account"), params -> impersonate(params, false)),
        new Method("dev_impersonateAll", List.of("on"), this::impersonateAll),
        new Method("dev_setLabel", List.of("account", "label"), this::setLabel),
        new Method("dev_gasReport", List.of("clear"), this::gasReport),
        new Method("dev_faucet", List.of("account", "amount"), this::faucet),
        new Method("dev_setBalance", List.of("account", "balance"), this::setBalance),
        new Method("dev_setNonce", List.of("account", "nonce"), this::setNonce),
        new Method("dev_setStorage", List.of("contract", "slot", "value"), this::setStorage),
        new Method("dev_setCode", List.of("account", "wasm"), this::setCode));
  }

  private static JsonNode number(long value) {
    return JSON.numberNode(value);
  }

  static ObjectNode position(Mined mined) {
    return JSON.objectNode()
        .put("wave", mined.wave())
        .put("root", DevMethods.hex(mined.outcome().root().toByteArray()))
        .put("timestamp", mined.context().getTimestamp())
        .put("transactions", mined.entries().size());
  }

  private JsonNode mine(Params params) {
    final Long asked = params.u64("waves");
    final long waves = asked == null ? 1 : asked;
    if (waves < 1 || waves > MAX_WAVES) {
      throw Refusal.tooLarge("waves", waves, MAX_WAVES);
    }
    Mined last = dev.sequencer().mine();
    for (long i = 1; i < waves; i++) {
      last = dev.sequencer().mine();
    }
    return position(last);
  }

  private JsonNode setMode(Params params) {
    final Long millis = params.u64("interval_millis");
    switch (params.text("mode")) {
      case "auto" -> dev.sequencer().setMode(Sequencer.Mode.AUTO, Duration.ZERO, 0);
      case "manual" -> dev.sequencer().setMode(Sequencer.Mode.MANUAL, Duration.ZERO, 0);
      case "batch" -> {
        final Long size = params.u64("size");
        if (size == null || size < 1 || size > MAX_BATCH) {
          throw Refusal.field("size", "must be from 1 to " + MAX_BATCH);
        }
        dev.sequencer().setMode(Sequencer.Mode.BATCH, Duration.ZERO, size.intValue());
      }
      case "interval" -> {
        if (millis == null || millis < 10 || millis > 86_400_000) {
          throw Refusal.field("interval_millis", "must be from 10 to 86400000");
        }
        dev.sequencer().setMode(Sequencer.Mode.INTERVAL, Duration.ofMillis(millis), 0);
      }
      case null, default -> throw Refusal.field("mode", "must be auto, batch, interval or manual");
    }
    return JSON.textNode(DevMethods.lower(dev.sequencer().mode().name()));
  }

  private JsonNode revert(Params params) {
    return number(dev.sequencer().revert(required(params.u64("snapshot"), "snapshot")));
  }

  private JsonNode setTimestamp(Params params) {
    final long timestamp = required(params.u64("timestamp"), "timestamp");
    dev.sequencer().setTimestamp(timestamp);
    return number(timestamp);
  }

  private JsonNode increaseTime(Params params) {
    final long seconds = required(params.u64("seconds"), "seconds");
    if (seconds < 0 || seconds > Integer.MAX_VALUE) {
      throw Refusal.field("seconds", "must be from 0 to " + Integer.MAX_VALUE);
    }
    return number(dev.sequencer().increaseTime(seconds));
  }

  private JsonNode impersonate(Params params, boolean on) {
    dev.sequencer().impersonations().set(address(params, "account"), on);
    return JSON.booleanNode(on);
  }

  private JsonNode impersonateAll(Params params) {
    final boolean on = params.flag("on");
    dev.sequencer().impersonations().setEverybody(on);
    return JSON.booleanNode(on);
  }

  private JsonNode setLabel(Params params) {
    final Address account = address(params, "account");
    final String label = required(params.text("label"), "label");
    if (label.startsWith("0x") || label.startsWith("#") || label.length() > MAX_LABEL) {
      throw Refusal.field(
          "label", "must have at most " + MAX_LABEL + " characters and not begin with 0x or #");
    }
    dev.contracts().name(account, label);
    return JSON.textNode(dev.contracts().label(account));
  }

  private JsonNode gasReport(Params params) {
    return dev.gas().view(params.flag("clear"));
  }

  /** Adds to a balance. */
  private JsonNode faucet(Params params) {
    final Address account = address(params, "account");
    final U128 amount = required(params.u128("amount"), "amount");
    final U128 before =
        U128.of(io.tidemill.client.U128.fromWire(dev.intake().account(account).getBalance()));
    final U128 after = before.plusOrNull(amount);
    if (after == null) {
      throw Refusal.field("amount", "is more than an account can hold");
    }
    return position(dev.sequencer().change(List.of(new DevChange.Balance(account, after))))
        .put("balance", after.toString());
  }

  private JsonNode setBalance(Params params) {
    final U128 balance = required(params.u128("balance"), "balance");
    return change(new DevChange.Balance(address(params, "account"), balance));
  }

  private JsonNode setNonce(Params params) {
    final long nonce = required(params.u64("nonce"), "nonce");
    return change(new DevChange.Nonce(address(params, "account"), nonce));
  }

  private JsonNode setStorage(Params params) {
    return change(
        new DevChange.Slot(
            address(params, "contract"), params.requireHash("slot"), params.bytes("value")));
  }

  private JsonNode setCode(Params params) {
    final byte[] wasm = required(params.bytes("wasm"), "wasm");
    final Address account = address(params, "account");
    final List<Violation> violations =
        dev.lifecycle().check(dev.rules(), "code", wasm, 0).violations();
    if (!violations.isEmpty()) {
      throw Refusal.field(
          "wasm",
          "could not be deployed: "
              + violations.getFirst().rule()
              + ": "
              + violations.getFirst().text());
    }
    final List<DevChange> changes = new ArrayList<>(DevChange.module(wasm));
    changes.add(new DevChange.Code(account, Blake3.hash(wasm)));
    return position(dev.sequencer().change(changes));
  }

  private JsonNode change(DevChange change) {
    return position(dev.sequencer().change(List.of(change)));
  }

  private Address address(Params params, String name) {
    return dev.intake().address(name, required(params.text(name), name));
  }

  private static <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw Refusal.field(name, "is missing");
    }
    return value;
  }
}
