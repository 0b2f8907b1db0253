package io.tidemill.server.dev;

import com.google.protobuf.ByteString;
import io.tidemill.client.Fate;
import io.tidemill.client.NodeException;
import io.tidemill.client.NodeReader;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.chain.DevChain.DevAccount;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.Account;
import io.tidemill.v1.GetAccountRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where transactions come in: what a wallet signed is checked as the consensus client of a chain
 * with trusted signatures must; what a person asks for is made into a transaction.
 */
final class Intake {
  /** Gas of a call that names none. */
  static final long CALL_GAS = 100_000_000;

  private static final byte[] NOTHING = new byte[0];

  private final Sequencer sequencer;
  private final Contracts contracts;
  private final NodeReader reader;
  private final List<DevAccount> accounts;

  Intake(Sequencer sequencer, Contracts contracts, List<DevAccount> accounts) {
    this.sequencer = sequencer;
    this.contracts = contracts;
    this.reader = sequencer.client().reader();
    this.accounts = accounts;
  }

  /**
   * A call as a person asks for it.
   *
   * @param arguments in words; null when {@code calldata} is given
   * @param gas null for the default
   * @param nonce null for the first free one
   */
  record Call(
      Address from,
      Address to,
      U128 value,
      String function,
      @Nullable List<String> arguments,
      byte @Nullable [] calldata,
      @Nullable Long gas,
      @Nullable Long nonce) {}

  /** A deployment as a person asks for it. */
  record Deployment(
      Address from,
      String name,
      byte[] wasm,
      List<String> arguments,
      U128 value,
      @Nullable Long gas) {}

  // ---- signed transactions ----------------------------------------------------------------------

  /**
   * The transaction in {@code bytes}, if its sender signed it or is impersonated.
   *
   * @throws Refusal if it is none, or nobody vouches for it
   */
  Mined.Entry signed(byte[] bytes) {
    if (!(TransactionDecoder.decode(bytes) instanceof Transaction transaction)) {
      throw Refusal.field("transaction", "does not decode: " + TransactionDecoder.decode(bytes));
    }
    if (transaction.chainId() != sequencer.chainId()) {
      throw Refusal.field(
          "transaction",
          "is for chain " + transaction.chainId() + ", this is " + sequencer.chainId());
    }
    final Hash32 hash = TransactionHash.of(transaction);
    final boolean impersonated = sequencer.impersonations().allow(transaction.from());
    if (!impersonated && transaction.type() != TransactionType.REGISTER_PUBKEY) {
      checkSignature(transaction, hash);
    }
    return new Mined.Entry(bytes, transaction, hash, impersonated);
  }

  private void checkSignature(Transaction transaction, Hash32 hash) {
    final String from = "0x" + transaction.from().raw().toHex();
    final Account account = account(transaction.from());
    if (account.getPublicKeysCount() != 1) {
      throw Refusal.field(
          "transaction",
          "comes from " + from + ", which has no key here; impersonate it with dev_impersonate");
    }
    if (!FalconVerifier.INSTANCE.verify(
        account.getPublicKeys(0).toByteArray(), hash.toBytes(), transaction.signature())) {
      throw Refusal.field(
          "transaction",
          transaction.signature().length == 0
              ? "is not signed; sign it with the key of " + from + ", or impersonate that account"
              : "has a signature that is not by the key of " + from);
    }
  }

  // ---- transactions from words ------------------------------------------------------------------

  /** The transaction of {@code call}, signed by its sender's key. */
  Mined.Entry made(Call call) {
    final byte[] data =
        call.function().isEmpty()
            ? NOTHING
            : new CallPayload(call.function(), calldata(call)).encode();
    final long gas = call.gas() != null ? call.gas() : data.length == 0 ? 21_000 : CALL_GAS;
    return made(
        call.from(), call.to(), call.value(), data, gas, call.nonce(), TransactionType.STANDARD);
  }

  /** The transaction of {@code deployment}, signed by its sender's key. */
  Mined.Entry made(Deployment deployment) {
    final byte[] init = initial(deployment.wasm(), deployment.arguments());
    final byte[] data = new DeployData(deployment.name(), deployment.wasm(), 0, init).encode();
    final long gas =
        deployment.gas() != null
            ? deployment.gas()
            : CALL_GAS + 32_000 + 200L * deployment.wasm().length;
    return made(
        deployment.from(),
        Address.ZERO,
        deployment.value(),
        data,
        gas,
        null,
        TransactionType.DEPLOY);
  }

  private Mined.Entry made(
      Address from,
      Address to,
      U128 value,
      byte[] data,
      long gas,
      @Nullable Long nonce,
      TransactionType type) {
    final DevAccount signer = signer(from);
    final boolean impersonated = sequencer.impersonations().allow(from);
    if (signer == null && !impersonated) {
      throw Refusal.field(
          "from",
          "0x" + from.raw().toHex() + " is none of the funded accounts; impersonate it first");
    }
    final Account account = account(from);
    final long first =
        nonce != null
            ? nonce
            : sequencer.nextNonce(from, account.getNonceBase(), account.getNonceUsed());
    final Transaction unsigned =
        new Transaction(
            from,
            to,
            value,
            data,
            gas,
            first,
            NOTHING,
            FeePayer.SENDER,
            List.of(),
            false,
            0,
            sequencer.chainId(),
            type);
    final Hash32 hash = TransactionHash.of(unsigned);
    final Transaction transaction =
        signer == null ? unsigned : unsigned.withSignature(signer.key().sign(hash.toBytes()));
    return new Mined.Entry(TransactionEncoder.encode(transaction), transaction, hash, impersonated);
  }

  /** The calldata of {@code call}: as it is given, or its arguments by the contract's ABI. */
  byte[] calldata(Call call) {
    final byte[] given = call.calldata();
    final List<String> arguments = call.arguments();
    if (given != null || arguments == null) {
      return given == null ? NOTHING : given;
    }
    final ContractInterface contract = contracts.at(call.to());
    if (contract == null) {
      throw Refusal.field("to", "is no contract with an ABI; give calldata instead of arguments");
    }
    final ContractAbi.Function function = contract.abi().function(call.function());
    if (function == null) {
      throw Refusal.field(
          "function",
          call.function()
              + " is not one of "
              + contract.abi().functions().stream().map(contract::signature).toList());
    }
    return encoded(contract, function, arguments);
  }

  private byte[] initial(byte[] wasm, List<String> arguments) {
    final ContractInterface contract = ContractInterface.of(wasm);
    final ContractAbi.Function constructor = contract == null ? null : contract.constructor();
    if (contract == null || constructor == null) {
      if (!arguments.isEmpty()) {
        throw Refusal.field("arguments", "were given, but the module has no constructor");
      }
      return NOTHING;
    }
    return encoded(contract, constructor, arguments);
  }

  private byte[] encoded(
      ContractInterface contract, ContractAbi.Function function, List<String> arguments) {
    try {
      return contract.encode(function, arguments, this::named);
    } catch (IllegalArgumentException e) {
      throw Refusal.field("arguments", "do not fit: " + e.getMessage());
    }
  }

  // ---- names ------------------------------------------------------------------------------------

  /** An address from {@code 0x} and 64 digits, {@code #3} for a funded account, or a name. */
  Address address(String field, String text) {
    if (text.startsWith("0x")) {
      try {
        return new Address(Hash32.fromHex(text));
      } catch (IllegalArgumentException e) {
        throw Refusal.field(field, "must be 0x and 64 hex digits, #0 to #9, or a name");
      }
    }
    final Address address = named(text);
    if (address == null) {
      throw Refusal.field(field, text + " is neither an address, #0 to #9, nor a registered name");
    }
    return address;
  }

  /** The address that a person means, or null. */
  @Nullable Address named(String text) {
    if (text.matches("#[0-9]{1,3}")) {
      final int index = Integer.parseInt(text.substring(1));
      return index < accounts.size() ? accounts.get(index).address() : null;
    }
    final Address labelled = contracts.named(text);
    if (labelled != null) {
      return labelled;
    }
    try {
      return Story.address(reader.resolve(text).raw());
    } catch (NodeException e) {
      if (e.fate() == Fate.CALLER) {
        return null;
      }
      throw e;
    }
  }

  List<DevAccount> accounts() {
    return accounts;
  }

  private @Nullable DevAccount signer(Address address) {
    for (DevAccount account : accounts) {
      if (account.address().equals(address)) {
        return account;
      }
    }
    return null;
  }

  /** The record of {@code address}; empty when there is none. */
  Account account(Address address) {
    return reader
        .account(
            GetAccountRequest.newBuilder()
                .setAddress(ByteString.copyFrom(address.toBytes()))
                .build())
        .getAccount();
  }
}
