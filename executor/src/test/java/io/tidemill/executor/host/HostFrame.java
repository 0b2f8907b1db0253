package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.PLENTY;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.util.List;
import java.util.function.Consumer;

/** A frame to try host functions on, with a library contract beside it. */
abstract class HostFrame {
  static final int A = 0x100;
  static final int B = 0x200;
  static final int C = 0x300;
  static final int NAME = 0x400;
  static final int LENGTH = 0x500;
  static final int OUT = 0x600;

  final HostLab lab = new HostLab();
  LabInstance instance = lab.frame(PLENTY);

  LabInstance frame() {
    instance = lab.frame(PLENTY);
    instance.memory.writeInt(LENGTH, 64);
    return instance;
  }

  void library(Consumer<LabInstance> body, ContractAbi.Function... functions) {
    lab.install(LIBRARY, HostLab.abi(ContractType.CONTRACT, List.of(functions)), body);
  }

  int call(String name, long value, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(B, U128.of(value).toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.crossCall(instance, A, NAME, name.length(), C, 0, B, gas, OUT, LENGTH);
  }

  int callStatic(String name, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.crossCallStatic(instance, A, NAME, name.length(), C, 0, gas, OUT, LENGTH);
  }

  int delegate(String name, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.delegateCall(instance, A, NAME, name.length(), C, 0, gas, OUT, LENGTH);
  }

  int instantiate(long value, int initLength, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(B, U128.of(value).toBytes());
    return Factory.instantiate(instance, A, C, C, initLength, B, gas, OUT + 64, OUT, LENGTH);
  }

  int length() {
    return instance.memory.readInt(LENGTH);
  }

  long used() {
    return PLENTY - instance.fuel;
  }

  static void traps(TrapCode code, Runnable action) {
    assertThatThrownBy(action::run).isSameAs(Trap.of(code));
  }

  static final ContractAbi.Function RUN = HostLab.function("run", Attribute.ENTRY);
  static final ContractAbi.Function PAY =
      HostLab.function("pay", Attribute.ENTRY, Attribute.PAYABLE);
  static final ContractAbi.Function PEEK =
      HostLab.function("peek", Attribute.ENTRY, Attribute.VIEW);
  static final ContractAbi.Function INIT = HostLab.function("init", Attribute.CONSTRUCTOR);
}
