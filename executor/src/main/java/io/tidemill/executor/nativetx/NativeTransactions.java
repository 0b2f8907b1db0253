package io.tidemill.executor.nativetx;

import io.tidemill.executor.tx.TransactionType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which class executes which native type. */
public final class NativeTransactions {
  private static final Map<TransactionType, NativeTransaction> BY_TYPE =
      new EnumMap<>(TransactionType.class);

  private NativeTransactions() {}

  /** The executor of {@code type}, or null when the type is not native. */
  public static @Nullable NativeTransaction of(TransactionType type) {
    return BY_TYPE.get(type);
  }
}
