package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.RECIPIENT;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static io.tidemill.executor.host.HostUses.ADDRESS;
import static io.tidemill.executor.host.HostUses.AMOUNT;
import static io.tidemill.executor.host.HostUses.ANSWER;
import static io.tidemill.executor.host.HostUses.BOOL_KEY;
import static io.tidemill.executor.host.HostUses.CALLEE_FUEL;
import static io.tidemill.executor.host.HostUses.FIELD;
import static io.tidemill.executor.host.HostUses.KEY;
import static io.tidemill.executor.host.HostUses.LENGTH;
import static io.tidemill.executor.host.HostUses.NAME;
import static io.tidemill.executor.host.HostUses.SLOT;
import static io.tidemill.executor.host.HostUses.TARGET;
import static io.tidemill.executor.host.HostUses.TEXT_KEY;
import static io.tidemill.executor.host.HostUses.U16_KEY;
import static io.tidemill.executor.host.HostUses.U64_KEY;
import static io.tidemill.executor.host.HostUses.U8_KEY;
import static io.tidemill.executor.host.HostUses.VALUE;
import static io.tidemill.executor.host.HostUses.WIDE_LENGTH;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** The contracts, state and memory that {@link HostUses} rely on. */
final class HostUseSetting {
  private HostUseSetting() {}

  static HostLab lab() {
    final HostLab lab = new HostLab();
    lab.fund(SELF, 1_000);
    lab.fund(RECIPIENT, 10);
    final ByteArrayOutputStream script = new ByteArrayOutputStream();
    script.writeBytes(ANSWER);
    lab.install(
        LIBRARY,
        HostLab.abi(
            ContractType.CONTRACT,
            List.of(
                HostLab.function("run", Attribute.ENTRY, Attribute.PAYABLE, Attribute.REENTRANT),
                HostLab.function("peek", Attribute.ENTRY, Attribute.VIEW),
                HostLab.function("init", Attribute.CONSTRUCTOR))),
        callee -> {
          callee.charge(CALLEE_FUEL);
          callee.context().payload = script.toByteArray();
          throw Halt.RETURNED;
        });
    final byte[] stored = new byte[64];
    stored[63] = 9;
    lab.base.put(StateKeys.slot(SELF, slot()), stored);
    lab.base.put(StateKeys.parachainSlot(SELF.raw(), key()), stored);
    final byte[] amount = new byte[16];
    typedSlot(lab, amount, ascii("total"));
    typedSlot(lab, amount, ascii("one"), addressKey());
    typedSlot(lab, amount, ascii("two"), new byte[] {3, 0, 0, 0, 0, 0, 0, 0}, new byte[] {1});
    typedSlot(
        lab,
        amount,
        ascii("three"),
        new byte[] {5},
        new byte[] {6, 7},
        new byte[] {3, 0, 0, 0, 'a', 'b', 'c'});
    lab.threshold =
        new Threshold() {
          @Override
          public byte[] committeeKey() {
            return new byte[1_184];
          }

          @Override
          public byte[] plaintext(Hash32 ciphertextHash) {
            return new byte[20];
          }
        };
    return lab;
  }

  private static Hash32 slot() {
    return Hash32.fromHex("5a".repeat(32));
  }

  private static byte[] key() {
    return new byte[] {1, 2, 3, 4, 5};
  }

  private static byte[] addressKey() {
    final byte[] bytes = new byte[32];
    System.arraycopy(key(), 0, bytes, 0, 5);
    return bytes;
  }

  private static void typedSlot(HostLab lab, byte[] value, byte[]... parts) {
    final ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(SELF.toBytes());
    for (byte[] part : parts) {
      path.writeBytes(part);
    }
    lab.base.put(StateKeys.slot(SELF, Poseidon2.hash(path.toByteArray())), value);
  }

  static LabInstance prepared(HostLab lab, long fuel) {
    final LabInstance instance = lab.frame(fuel);
    fill(instance.memory);
    return instance;
  }

  /** Writes what the arguments of {@link HostUses} point to. */
  static void fill(LinearMemory memory) {
    memory.write(SLOT, slot().toBytes());
    memory.write(VALUE, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    memory.write(ADDRESS, RECIPIENT.toBytes());
    memory.write(TARGET, LIBRARY.toBytes());
    memory.write(AMOUNT, new byte[] {7});
    memory.writeInt(LENGTH, 64);
    memory.writeInt(WIDE_LENGTH, 1_136);
    memory.write(FIELD, ascii("totalonetwothree"));
    memory.write(KEY, addressKey());
    memory.write(U64_KEY, new byte[] {3});
    memory.write(BOOL_KEY, new byte[] {1});
    memory.write(U8_KEY, new byte[] {5});
    memory.write(U16_KEY, new byte[] {6, 7});
    memory.write(TEXT_KEY, new byte[] {3, 0, 0, 0, 'a', 'b', 'c'});
    memory.write(NAME, ascii("runpeek"));
  }
}
