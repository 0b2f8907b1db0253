package io.tidemill.executor.account;

/**
 * Names of contracts: 1 to 32 characters of {@code a-z}, {@code 0-9} and {@code -}, no dash at
 * either end and no two in a row. Source: decisions H9, state-and-transactions 2.4.
 */
public final class ContractName {
  private static final int MAX_LENGTH = 32;

  private ContractName() {}

  /** Whether {@code name} may be registered. */
  public static boolean isValid(String name) {
    final int length = name.length();
    if (length < 1 || length > MAX_LENGTH || name.charAt(length - 1) == '-') {
      return false;
    }
    char previous = '-';
    for (int i = 0; i < length; i++) {
      final char c = name.charAt(i);
      final boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!plain && (c != '-' || previous == '-')) {
        return false;
      }
      previous = c;
    }
    return true;
  }
}
