package io.tidemill.server.chain;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.DevNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Waves of the example token on the built-in development chain: a deploy, then transfers. */
final class TokenWaves {
  /** Where the token is after {@link #deploy}. */
  static final Address TOKEN = Addresses.contract("token");

  private TokenWaves() {}

  /** The module of the token. */
  static byte[] wasm() {
    try {
      return Files.readAllBytes(Path.of("..", "executor", "contracts", "token", "token.wasm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deploys the token with a supply of a million; account 0 sends it, with nonce 0. */
  static Transaction deploy() {
    return DevNode.transaction(
        0,
        0,
        Address.ZERO,
        U128.ZERO,
        new DeployData("token", wasm(), 0, U128.of(1_000_000).toBytes()).encode(),
        TransactionType.DEPLOY);
  }

  /** Account 0 sends one token to account 1. */
  static Transaction transfer(long nonce) {
    final byte[] arguments = new byte[48];
    DevNode.user(1).raw().writeTo(arguments, 0);
    U128.of(1).writeTo(arguments, 32);
    return DevNode.call(0, nonce, "token", "transfer", arguments);
  }

  /** {@code count} transfers from nonce {@code first}. */
  static List<Transaction> transfers(long first, int count) {
    final List<Transaction> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(transfer(first + i));
    }
    return all;
  }
}
