package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.host.HostPriceList;
import io.tidemill.executor.tx.U128;
import java.lang.reflect.RecordComponent;
import java.util.List;

/**
 * {@link Rules} as Borsh: every component of the record and of the records in it, in the order of
 * declaration: int u32, long u64, boolean u8, amount u128, list u32 count and items, enum its name
 * as a string; then the digest of the price list of host functions that the rules name. The
 * components are found by reflection, so that a constant that is added to a record cannot be
 * forgotten here. Source: decisions O3 and O7.
 */
final class RulesCodec {
  private RulesCodec() {}

  static byte[] encode(Rules rules) {
    final BorshWriter out = new BorshWriter(1_024);
    write(out, rules);
    out.hash32(HostPriceList.of(rules).digest());
    return out.toBytes();
  }

  private static void write(BorshWriter out, Object value) {
    switch (value) {
      case Integer number -> out.u32(number);
      case Long number -> out.u64(number);
      case Boolean flag -> out.bool(flag);
      case U128 amount -> amount.write(out);
      case Enum<?> constant -> out.string(constant.name());
      case List<?> items -> {
        out.u32(items.size());
        for (Object item : items) {
          write(out, item);
        }
      }
      case Record record -> writeComponents(out, record);
      default ->
          throw new IllegalStateException("rules hold a " + value.getClass() + ": no encoding");
    }
  }

  private static void writeComponents(BorshWriter out, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        write(out, component.getAccessor().invoke(record));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read rules component " + component, e);
      }
    }
  }
}
