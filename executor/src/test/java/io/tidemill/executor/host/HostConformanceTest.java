package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.PAGE;
import static io.tidemill.executor.host.HostLab.PLENTY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.HostFunction.Available;
import io.tidemill.executor.host.HostFunction.Generation;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.host.HostFunction.View;
import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.host.HostUses.Use;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.executor.wasm.ValType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every shape of every host function: its result, its exact charge, exactly enough gas and one unit
 * less, its pointers at 0, at the last place that fits, one further and at 2^32-1, its behavior in
 * a view, and the parachain gate. Source: host-abi appendix B.
 */
class HostConformanceTest {
  static Stream<Use> uses() {
    return HostUses.uses();
  }

  /**
   * A frame that makes one call.
   *
   * @param before what the caller's own code costs up to the call
   * @param after what it costs from there on
   */
  record Frame(Instance instance, CallContext context, long before, long after, Caller caller) {
    /** What is left of the fuel that was given. */
    long left() {
      return instance.fuel;
    }
  }

  /** How a frame makes its call; a void result is 0. */
  interface Caller {
    long call(Instance instance, long[] args);
  }

  /** A frame with {@code fuel} for the call and what follows it. */
  Frame frame(HostLab lab, Use use, long fuel) {
    final LabInstance instance = HostUseSetting.prepared(lab, fuel);
    return new Frame(instance, instance.context(), 0, 0, (self, args) -> invoke(use, self, args));
  }

  private static long invoke(Use use, Instance instance, long[] args) {
    final List<ValType> types = use.shape().type().params();
    assertThat(args).hasSize(types.size());
    final Object[] values = new Object[args.length + 1];
    values[0] = instance;
    for (int i = 0; i < args.length; i++) {
      values[i + 1] = types.get(i) == ValType.I64 ? (Object) args[i] : (Object) (int) args[i];
    }
    try {
      final Object result = method(use.shape()).invoke(null, values);
      return result instanceof Number number ? number.longValue() : 0;
    } catch (InvocationTargetException e) {
      throw (RuntimeException) e.getCause();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Method method(Overload shape) {
    final List<Class<?>> types = new ArrayList<>();
    types.add(Instance.class);
    for (ValType type : shape.type().params()) {
      types.add(type == ValType.I64 ? long.class : int.class);
    }
    try {
      final Method method = shape.owner().getMethod(shape.method(), types.toArray(Class[]::new));
      final Class<?> expected =
          shape.type().results().isEmpty()
              ? void.class
              : shape.type().results().getFirst() == ValType.I64 ? long.class : int.class;
      assertThat(method.getReturnType()).isEqualTo(expected);
      return method;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(shape.toString(), e);
    }
  }

  /** The result, where a halt counts as 0 and a trap throws. */
  private static long run(Frame frame, long[] args) {
    try {
      return frame.caller().call(frame.instance(), args);
    } catch (Halt halt) {
      return 0;
    }
  }

  private static boolean halts(Use use) {
    return use.function() == HostFunction.RETURN || use.function() == HostFunction.REVERT;
  }

  private static void assertUntouched(Frame frame) {
    final var overlay = frame.context().tx.overlay;
    assertThat(overlay.sortedWrites()).isEmpty();
    assertThat(overlay.events()).isEmpty();
    assertThat(overlay.messages()).isEmpty();
  }

  @Test
  void shouldCoverEveryShapeOfEveryFunction() {
    final TreeSet<String> covered = new TreeSet<>();
    uses().forEach(use -> covered.add(use.function() + "/" + use.overload()));
    for (HostFunction function : HostFunction.values()) {
      for (int i = 0; i < function.overloads().size(); i++) {
        assertThat(covered).contains(function + "/" + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldAnswerAndChargeExactly(Use use) {
    final Frame frame = frame(HostUseSetting.lab(), use, PLENTY);
    final long result = run(frame, use.args());
    if (use.function() == HostFunction.SEND_XPARACHAIN_MESSAGE) {
      assertThat(result).isPositive();
    } else {
      assertThat(result).isEqualTo(use.result());
    }
    assertThat(PLENTY - frame.left()).isEqualTo(use.charge() + after(use, frame));
  }

  /** What comes after the call, if anything does. */
  private static long after(Use use, Frame frame) {
    return halts(use) ? 0 : frame.after();
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldDoWithExactlyEnoughAndTrapOneShort(Use use) {
    final long after = after(use, frame(HostUseSetting.lab(), use, 0));
    final Frame enough = frame(HostUseSetting.lab(), use, use.charge() + after);
    final long result = run(enough, use.args());
    if (use.function() != HostFunction.TX_GAS_REMAINING
        && use.function() != HostFunction.SEND_XPARACHAIN_MESSAGE
        && !(takesAllFuel(use) && after > 0)) {
      assertThat(result).isEqualTo(use.result());
    }
    assertThat(enough.left()).isZero();
    if (use.charge() == 0) {
      return;
    }
    final Frame poor = frame(HostUseSetting.lab(), use, use.charge() - 1);
    if (!takesAllFuel(use) || after > 0) {
      assertTraps(poor, use.args(), TrapCode.OUT_OF_FUEL);
    } else {
      // The callee runs out, not the caller.
      final long failed = use.function() == HostFunction.INSTANTIATE ? -40 : -11;
      assertThat(run(poor, use.args())).isEqualTo(failed);
    }
    assertThat(poor.left()).isZero();
    assertUntouched(poor);
  }

  private static boolean takesAllFuel(Use use) {
    return switch (use.function()) {
      case CROSS_CALL, DELEGATE_CALL, INSTANTIATE -> true;
      default -> false;
    };
  }

  private static void assertTraps(Frame frame, long[] args, TrapCode code) {
    try {
      final long result = run(frame, args);
      fail("expected " + code + ", got " + result);
    } catch (Trap trap) {
      assertThat(trap.code()).isEqualTo(code);
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldAcceptPointersToTheLastByteAndTrapBeyond(Use use) {
    for (int[] pointer : use.pointers()) {
      for (long place : new long[] {0, PAGE - pointer[1]}) {
        final long[] args = use.args().clone();
        args[pointer[0]] = place;
        assertInBounds(frame(HostUseSetting.lab(), use, PLENTY), args);
      }
      for (long place : new long[] {PAGE - pointer[1] + 1, 0xFFFFFFFFL}) {
        final long[] args = use.args().clone();
        args[pointer[0]] = place;
        final Frame frame = frame(HostUseSetting.lab(), use, PLENTY);
        assertTraps(frame, args, TrapCode.MEMORY_OUT_OF_BOUNDS);
        assertUntouched(frame);
      }
    }
  }

  private static void assertInBounds(Frame frame, long[] args) {
    try {
      run(frame, args);
    } catch (Trap trap) {
      // Other bytes may well be a refusal, but never a wrong pointer.
      assertThat(trap.code()).isNotEqualTo(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldKeepViewsFromChangingAnything(Use use) {
    final HostLab lab = HostUseSetting.lab();
    lab.view = true;
    final Frame frame = frame(lab, use, PLENTY);
    switch (use.shape().view()) {
      case View.REFUSED, View.WITHOUT_VALUE -> assertThat(run(frame, use.args())).isEqualTo(-5);
      case View.TRAPS -> assertTraps(frame, use.args(), TrapCode.VIEW_FUNCTION_STATE_MODIFY);
      case View.ALLOWED, View.INHERITS ->
          assertThat(run(frame, use.args())).isEqualTo(use.result());
    }
    assertUntouched(frame);
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldGateParachainFunctions(Use use) {
    final HostLab lab = HostUseSetting.lab();
    lab.type = ContractType.CONTRACT;
    final Frame frame = frame(lab, use, PLENTY);
    final long result = run(frame, use.args());
    if (use.function().available() == Available.PARACHAINS) {
      assertThat(result).isEqualTo(-15);
      assertThat(PLENTY - frame.left())
          .isEqualTo(use.function().price().base() + after(use, frame));
      assertUntouched(frame);
    } else {
      assertThat(result).isEqualTo(use.result());
    }
  }

  @Test
  void shouldNameEveryGenerationOnce() {
    for (HostFunction function : HostFunction.values()) {
      assertThat(HostFunction.named(function.importName())).isEqualTo(function);
      for (Overload overload : function.overloads()) {
        assertThat(function.overload(overload.type())).isEqualTo(overload);
        assertThat(overload.generation()).isIn((Object[]) Generation.values());
      }
    }
    assertThat(HostFunction.named("debug_log")).isNull();
  }
}
