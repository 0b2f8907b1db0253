package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import org.junit.jupiter.api.Test;

/** What factories refuse, and what they announce. Source: host-abi 2.12. */
class FactoryTest extends HostFrame {
  @Test
  void shouldRefuseChildrenWithTheChildsAddressWritten() {
    final Address child = Addresses.child(SELF, LIBRARY, Hash32.ZERO);
    lab.fund(SELF, 10);
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-43);
    assertThat(Address.at(instance.memory.read(OUT + 64, 32), 0)).isEqualTo(child);
    library(callee -> {}, RUN);
    frame();
    assertThat(instantiate(0, 5, -1)).isEqualTo(-45);
    assertThat(instantiate(11, 0, -1)).isEqualTo(-3);
    assertThat(instantiate(0, 16_385, -1)).isEqualTo(-1);
    lab.base.put(StateKeys.prefixOwner(child), LIBRARY.toBytes());
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-46);
    lab.base.put(
        StateKeys.account(child),
        AccountCodec.encode(Account.empty(child).asContract(child.raw())));
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-44);
  }

  @Test
  void shouldMergeAFundedShellAndAnnounceTheChild() {
    final Address child = Addresses.child(SELF, LIBRARY, Hash32.ZERO);
    lab.fund(SELF, 10);
    lab.fund(child, 5);
    library(callee -> Events.emitEvent(callee, 0, 1, 0, 0), INIT);
    frame();
    assertThat(instantiate(4, 0, -1)).isZero();
    final var overlay = instance.context().tx.overlay;
    assertThat(instance.context().tx.ledger.balance(child)).isEqualTo(U128.of(9));
    assertThat(instance.context().tx.ledger.balance(SELF)).isEqualTo(U128.of(6));
    final var announced = overlay.events().getFirst();
    assertThat(announced.contract()).isEqualTo(SELF);
    assertThat(announced.topics().getFirst().toHex())
        .isEqualTo("622a0a9e1e2b487288904a22b18174d6e45b3749c756a94209ef9a9cf768847a");
    assertThat(announced.topics().subList(1, 3)).containsExactly(child.raw(), LIBRARY.raw());
    assertThat(announced.data()).hasSize(80);
    assertThat(overlay.events().get(1).contract()).isEqualTo(child);
    assertThat(instantiate(0, 0, -1)).isEqualTo(-44);
  }

  @Test
  void shouldDropAChildWhoseConstructorReverts() {
    lab.fund(SELF, 10);
    library(callee -> Flow.revert(callee, 0, 3), INIT);
    frame();
    assertThat(instantiate(4, 0, -1)).isEqualTo(-40);
    assertThat(length()).isEqualTo(3);
    assertThat(instance.context().tx.overlay.sortedWrites()).isEmpty();
    assertThat(instance.context().tx.overlay.events()).isEmpty();
  }

  @Test
  void shouldCountAttemptsAgainstTheCap() {
    library(callee -> Flow.revert(callee, 0, 0), INIT);
    frame();
    for (int i = 0; i < 64; i++) {
      assertThat(instantiate(0, 0, -1)).isEqualTo(-40);
    }
    instance.memory.write(OUT + 64, new byte[32]);
    assertThat(instantiate(0, 0, -1)).isEqualTo(-48);
    assertThat(instance.memory.read(OUT + 64, 32)).containsOnly(0);
  }
}
