package io.tidemill.executor.wasm;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the fuel of a traced run went: by function, by opcode class and by offset. What a bulk
 * instruction or memory.grow costs by its operand counts for its class. For tools only.
 *
 * @param byFunction fuel by function index
 * @param byClass fuel by opcode class
 * @param byOffset fuel by the offset at which the paid block starts
 */
public record FuelProfile(
    Map<Integer, Long> byFunction, Map<OpcodeClass, Long> byClass, Map<Integer, Long> byOffset) {

  /** The profile of what {@code trace} saw of {@code module}. */
  public static FuelProfile of(Module module, MeteringPlan plan, RunTrace trace) {
    final Map<Integer, Long> byFunction = new TreeMap<>();
    final Map<OpcodeClass, Long> byClass = new EnumMap<>(OpcodeClass.class);
    final Map<Integer, Long> byOffset = new TreeMap<>();
    final int imports = module.imported(Module.Kind.FUNCTION);
    final OperatorReader reader = new OperatorReader(module.bytes());
    trace
        .spending()
        .forEach(
            (site, fuel) -> {
              if (site.function() == imports + module.functions().size()) {
                return; // pages and segments: no instruction pays for them
              }
              byFunction.merge(site.function(), fuel, Math::addExact);
              byOffset.merge(site.offset(), fuel, Math::addExact);
              final int defined = site.function() - imports;
              reader.reset(site.offset(), module.functions().get(defined).bodyEnd());
              classify(reader, plan, defined, site.offset(), fuel, byClass);
            });
    return new FuelProfile(byFunction, byClass, byOffset);
  }

  private static void classify(
      OperatorReader reader,
      MeteringPlan plan,
      int function,
      int offset,
      long fuel,
      Map<OpcodeClass, Long> byClass) {
    final MeteringPlan.FunctionPlan body = plan.functions().get(function);
    final int at = java.util.Arrays.binarySearch(body.chargeOffsets(), offset);
    final long charge = at < 0 ? 0 : body.charges()[at];
    final long runs = charge == 0 ? 0 : fuel / charge;
    long rest = fuel;
    long left = charge;
    while (left > 0) {
      final OpcodeClass kind = OpcodeClass.of(reader.next());
      final long price = kind.price(plan.schedule());
      byClass.merge(kind, Math.multiplyExact(price, runs), Math::addExact);
      left -= price;
      rest -= Math.multiplyExact(price, runs);
    }
    if (rest != 0) {
      // Paid by the operand of the instruction that stands here.
      reader.reset(offset, Integer.MAX_VALUE);
      byClass.merge(OpcodeClass.of(reader.next()), rest, Math::addExact);
    }
  }
}
