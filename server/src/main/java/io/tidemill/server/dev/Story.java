package io.tidemill.server.dev;

import com.google.protobuf.ByteString;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.simulate.Failures;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.Event;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction did, in words: the call by the contract's ABI, its result or why it failed,
 * its events.
 *
 * @param function the contract and its function, {@code counter.add}; empty for what calls none
 * @param reason empty on success
 */
record Story(
    boolean succeeded,
    String function,
    String call,
    String result,
    String reason,
    long fuel,
    List<String> events) {
  Story {
    events = List.copyOf(events);
  }

  /** The story of {@code transaction}. */
  static Story of(Contracts contracts, Transaction transaction, Receipt receipt) {
    final boolean good = receipt.getStatus() == ReceiptStatus.RECEIPT_STATUS_SUCCESS;
    final CallPayload call =
        transaction.type() == TransactionType.STANDARD
            ? CallPayload.decode(transaction.data())
            : null;
    final ContractInterface contract = call == null ? null : contracts.at(transaction.to());
    final String result =
        !good || contract == null || call == null
            ? ""
            : contract.result(call.function(), receipt.getReturnData().toByteArray());
    return new Story(
        good,
        call == null ? "" : contracts.label(transaction.to()) + "." + call.function(),
        contracts.labelled(call(contracts, transaction, call, contract)),
        contracts.labelled(result),
        good ? "" : reason(receipt),
        receipt.getGasUsed(),
        receipt.getEventsList().stream().map(event -> event(contracts, event)).toList());
  }

  private static String call(
      Contracts contracts,
      Transaction transaction,
      @Nullable CallPayload call,
      @Nullable ContractInterface contract) {
    final String to = contracts.label(transaction.to());
    final String value = transaction.value().isZero() ? "" : " with " + transaction.value();
    if (transaction.type() == TransactionType.DEPLOY) {
      final DeployData deploy = DeployData.decode(transaction.data());
      return deploy == null
          ? "deploy of what is no deployment"
          : "deploy " + deploy.name() + ", " + deploy.wasm().length + " bytes" + value;
    }
    if (call != null) {
      return to
          + "."
          + (contract == null
              ? call.function() + "(" + call.calldata().length + " bytes)"
              : contract.call(call.function(), call.calldata()))
          + value;
    }
    return transaction.type() == TransactionType.STANDARD
        ? "transfer " + transaction.value() + " to " + to
        : lower(transaction.type().name());
  }

  /** Why a receipt is no success. */
  static String reason(Receipt receipt) {
    final String code = receipt.getCode().name().replace("RECEIPT_CODE_", "");
    final String text = Failures.text(receipt.getReturnData().toByteArray());
    return text.isEmpty() ? lower(code) : lower(code) + ": " + text;
  }

  private static String event(Contracts contracts, Event event) {
    final Address contract = address(event.getContract());
    return contracts.label(contract)
        + "."
        + contracts.labelled(
            contracts.event(
                contract,
                event.getTopicsList().stream()
                    .map(topic -> Hash32.of(topic.toByteArray()))
                    .toList(),
                event.getData().toByteArray()));
  }

  static Address address(ByteString raw) {
    return new Address(Hash32.of(raw.toByteArray()));
  }

  private static String lower(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
