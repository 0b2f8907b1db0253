package io.tidemill.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The subcommands of {@code tidemill dev} that change an account as no transaction could. */
final class DevAccountCommands {
  private DevAccountCommands() {}

  /** {@code dev impersonate}. */
  @Command(
      name = "impersonate",
      description = "Take unsigned transactions from an account, whatever it is.")
  static final class Impersonate implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "ACCOUNT", description = "An address, a registered name, or all.")
    private String account = "";

    @Option(names = "--off", description = "Stop it.")
    private boolean off;

    @Override
    public Integer call() {
      DevConnection.Words words =
          (answer, out) ->
              DevConnection.plain(
                  account + (off ? " must sign again" : " may send without a signature"), out);
      return account.equals("all")
          ? chain.ask("dev_impersonateAll", Map.of("on", !off), words)
          : chain.ask(
              off ? "dev_stopImpersonating" : "dev_impersonate", Map.of("account", account), words);
    }
  }

  /** What a command about one account has. */
  abstract static class OfAccount implements Callable<Integer> {
    @Mixin DevConnection chain;
    @Mixin DevTarget target;

    /** Asks {@code method} to give the account another {@code field}, and tells the wave. */
    int change(String method, String field, String value) {
      return chain.ask(
          method, Map.of("account", target.account(), field, value), DevConnection::position);
    }
  }

  /** {@code dev faucet}. */
  @Command(name = "faucet", description = "Give an account coins out of nothing, in its own wave.")
  static final class Faucet extends OfAccount {
    @Parameters(index = "1", paramLabel = "QUANTA", description = "How much more it has then.")
    private String amount = "";

    @Override
    public Integer call() {
      return chain.ask(
          "dev_faucet",
          Map.of("account", target.account(), "amount", amount),
          (answer, out) -> {
            if (answer instanceof Map<?, ?> map) {
              out.println("balance " + map.get("balance"));
            }
            return DevConnection.position(answer, out);
          });
    }
  }

  /** {@code dev label}. */
  @Command(
      name = "label",
      description = "Call an account so from now on, in what the chain prints and in arguments.")
  static final class Label extends OfAccount {
    @Parameters(index = "1", paramLabel = "NAME", description = "The name; empty takes it away.")
    private String label = "";

    @Override
    public Integer call() {
      return chain.ask(
          "dev_setLabel",
          Map.of("account", target.account(), "label", label),
          (answer, out) -> DevConnection.plain(target.account() + " is " + answer, out));
    }
  }

  /** {@code dev set-balance}. */
  @Command(name = "set-balance", description = "Set the balance of an account, in its own wave.")
  static final class SetBalance extends OfAccount {
    @Parameters(index = "1", paramLabel = "QUANTA", description = "The new balance.")
    private String balance = "";

    @Override
    public Integer call() {
      return change("dev_setBalance", "balance", balance);
    }
  }

  /** {@code dev set-nonce}. */
  @Command(
      name = "set-nonce",
      description = "Set the first nonce that an account may use next, in its own wave.")
  static final class SetNonce extends OfAccount {
    @Parameters(index = "1", paramLabel = "NONCE", description = "The nonce.")
    private String nonce = "";

    @Override
    public Integer call() {
      return change("dev_setNonce", "nonce", nonce);
    }
  }

  /** {@code dev set-code}. */
  @Command(
      name = "set-code",
      description = "Put a module at an address, without its constructor, in its own wave.")
  static final class SetCode extends OfAccount {
    @Parameters(index = "1", paramLabel = "FILE", description = "A packed module.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
      try {
        return change(
            "dev_setCode", "wasm", "0x" + HexFormat.of().formatHex(Files.readAllBytes(file)));
      } catch (NoSuchFileException e) {
        return chain.complain("no file " + file);
      } catch (IOException e) {
        return chain.complain("cannot read " + file + ": " + e.getMessage());
      }
    }
  }

  /** {@code dev set-storage}. */
  @Command(name = "set-storage", description = "Set a slot of a contract, in its own wave.")
  static final class SetStorage extends OfAccount {
    @Parameters(index = "1", paramLabel = "SLOT", description = "The slot, 0x and 64 digits.")
    private String slot = "";

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "VALUE",
        description = "The value, 0x and hex digits; without it the slot is deleted.")
    private @Nullable String value;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      params.put("contract", target.account());
      params.put("slot", slot);
      params.put("value", value);
      return chain.ask("dev_setStorage", params, DevConnection::position);
    }
  }
}
