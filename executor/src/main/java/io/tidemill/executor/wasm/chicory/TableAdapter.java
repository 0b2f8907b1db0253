package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.Value;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import org.jspecify.annotations.Nullable;

/**
 * A table that traps by its own codes. The interpreter's table.copy asks for the entry at the
 * source index and then for the instance at the destination index; here the instance that is given
 * is always that of the entry asked for last.
 */
final class TableAdapter extends TableInstance {
  private int last;

  TableAdapter(Table table) {
    super(table, Value.REF_NULL_VALUE);
  }

  @Override
  public int ref(int index) {
    if (index < 0 || index >= size()) {
      throw Trap.of(TrapCode.UNDEFINED_ELEMENT);
    }
    last = index;
    return super.ref(index);
  }

  @Override
  public int requiredRef(int index) {
    final int ref = ref(index);
    if (ref == Value.REF_NULL_VALUE) {
      throw Trap.of(TrapCode.INDIRECT_CALL_TO_NULL);
    }
    return ref;
  }

  @Override
  public @Nullable Instance instance(int index) {
    return super.instance(last);
  }
}
