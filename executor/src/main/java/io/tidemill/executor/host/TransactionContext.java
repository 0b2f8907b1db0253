package io.tidemill.executor.host;

import io.tidemill.executor.Rules;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.state.hash.Hash32;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all frames of one transaction share: limits that count over the whole transaction, and where
 * they read and write. Confined to the worker that runs the transaction.
 */
final class TransactionContext {
  final Scope scope;
  final Rules rules;
  final Rules.Execution limits;
  final Overlay overlay;
  final Ledger ledger;
  final HostPriceList prices;
  final CodeStore codes;
  final MemoryBudget memory;
  final @Nullable CallTracer tracer;

  /** Fuel that static calls may still burn for free. Source: decisions F8. */
  long freeViewFuel;

  /** Attempts to instantiate; reverts do not give them back (host-abi 2.12). */
  int instantiates;

  /** Messages and encryptions so far, reverted ones included: their ordinals feed identifiers. */
  int messages;

  int encryptions;

  TransactionContext(Scope scope, CodeStore codes, long gasLimit) {
    this.scope = scope;
    this.rules = scope.rules();
    this.limits = rules.execution();
    this.overlay = scope.overlay();
    this.ledger = new Ledger(overlay);
    this.prices = HostPriceList.of(rules);
    this.codes = codes;
    this.memory = new MemoryBudget(limits.maxTransactionMemoryBytes());
    this.tracer = scope.tracer();
    this.freeViewFuel = Math.min(limits.viewFuelPerTransaction(), gasLimit);
  }

  /** Whether no frame may run this code (decisions O5). */
  boolean isQuarantined(Hash32 codeHash) {
    final List<Hash32> hashes = scope.quarantined();
    return !hashes.isEmpty() && Collections.binarySearch(hashes, codeHash) >= 0;
  }
}
