package io.tidemill.server.dev;

import io.tidemill.executor.tx.Address;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Who may send without a signature. Safe for use by many threads. */
final class Impersonations {
  private final Set<Address> accounts = new LinkedHashSet<>();
  private boolean everybody;

  synchronized boolean allow(Address sender) {
    return everybody || accounts.contains(sender);
  }

  synchronized void set(Address sender, boolean on) {
    if (on) {
      accounts.add(sender);
    } else {
      accounts.remove(sender);
    }
  }

  synchronized void setEverybody(boolean on) {
    everybody = on;
  }

  /** Those that were named. */
  synchronized List<Address> named() {
    return List.copyOf(accounts);
  }
}
