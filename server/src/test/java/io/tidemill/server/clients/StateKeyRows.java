package io.tidemill.server.clients;

import static io.tidemill.server.clients.ClientVectors.hex;
import static io.tidemill.server.clients.ClientVectors.row;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where accounts and the slots of contracts live in the flat state. */
final class StateKeyRows {
  static final String DESCRIPTION =
      "State keys: of account records, of contract records, and of the slots of contracts; a null"
          + " key is a slot that is reserved for the account itself.";

  private StateKeyRows() {}

  static Map<String, List<Map<String, @Nullable Object>>> make() {
    final List<Map<String, @Nullable Object>> accounts = new ArrayList<>();
    final List<Map<String, @Nullable Object>> slots = new ArrayList<>();
    final List<Address> addresses =
        List.of(repeated(0x11), repeated(0x00), Addresses.contract("token"));
    for (Address address : addresses) {
      accounts.add(
          row(
              "address",
              hex(address.toBytes()),
              "account_key",
              key(StateKeys.account(address)),
              "contract_key",
              key(StateKeys.contract(address))));
    }
    for (Address contract : addresses) {
      for (Hash32 slot :
          List.of(
              repeated(0x22).raw(),
              StateKeys.storageSlot(contract, 0).raw(),
              StateKeys.mapEntry(contract, 1, repeated(0x33).toBytes()).raw(),
              StateKeys.account(contract).raw(),
              StateKeys.messageMeter(contract).raw(),
              repeated(0xFF).raw())) {
        final StateKey key = StateKeys.slot(contract, slot);
        slots.add(
            row(
                "contract",
                hex(contract.toBytes()),
                "slot",
                hex(slot.toBytes()),
                "key",
                key == null ? null : key(key)));
      }
    }
    final Map<String, List<Map<String, @Nullable Object>>> sections = new LinkedHashMap<>();
    sections.put("accounts", accounts);
    sections.put("slots", slots);
    return sections;
  }

  static Address repeated(int octet) {
    final byte[] bytes = new byte[Hash32.LENGTH];
    Arrays.fill(bytes, (byte) octet);
    return new Address(Hash32.of(bytes));
  }

  private static String key(StateKey key) {
    return hex(key.raw().toBytes());
  }
}
