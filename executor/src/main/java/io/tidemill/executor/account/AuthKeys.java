package io.tidemill.executor.account;

import java.util.List;

/**
 * Who may sign for an account, with the Borsh tag of each form. Source: state-and-transactions 2.1.
 */
public sealed interface AuthKeys {
  /** Nobody: funded but not registered. Tag 0. */
  record None() implements AuthKeys {}

  /** One FALCON-512 public key. Tag 1. */
  record Single(byte[] publicKey) implements AuthKeys {}

  /** A threshold of keys; round-trips in the record, not accepted for a signature in v1. Tag 2. */
  record MultiSig(List<byte[]> publicKeys, int threshold) implements AuthKeys {}

  /** Reserved; round-trips in the record, never accepted. Tag 3. */
  record Programmable(byte[] payload) implements AuthKeys {}

  AuthKeys NONE = new None();
}
