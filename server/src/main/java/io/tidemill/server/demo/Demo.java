package io.tidemill.server.demo;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.U128;
import io.tidemill.client.WaveListener;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.client.codec.BorshReader;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.Transaction;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.WaveContext;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The script of the demonstration: what it sends, what it expects, what it shows. */
final class Demo {
  private static final String TOKEN_NAME = "demo-token";
  private static final BigInteger SUPPLY = BigInteger.valueOf(1_000_000_000);
  private static final BigInteger BASE_FEE = BigInteger.TEN;
  private static final long DEPLOY_GAS = 50_000_000;
  private static final long CALL_GAS = 500_000;
  private static final long FIRST_TIMESTAMP = 1_700_000_000;

  private final Report report;
  private final List<Address> accounts;
  private final byte[] tokenWasm;
  private final int waves;
  private final int transfersPerWave;

  private final Address token = Address.ofContract(TOKEN_NAME);
  private final Address receiver = Address.ofSystem("demo-receiver");
  private final long[] nonces;
  private BigInteger sent = BigInteger.ZERO;
  private long chainId;

  /**
   * A script over {@code accounts}, which have balances.
   *
   * @param transfersPerWave native transfers, and as many token transfers
   */
  Demo(Report report, List<Address> accounts, byte[] tokenWasm, int waves, int transfersPerWave) {
    this.report = report;
    this.accounts = accounts;
    this.tokenWasm = tokenWasm;
    this.waves = waves;
    this.transfersPerWave = transfersPerWave;
    this.nonces = new long[accounts.size()];
  }

  /** What the node said before it was stopped. */
  record Before(ByteString root, long wave, BigInteger sent) {}

  /** Deploys, sends the waves, reads the balance; returns what must hold after a restart. */
  Before drive(NodeProcess node) {
    try (TidemillClient client =
            TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
        WaveStream stream = client.openWaveStream()) {
      GetInfoResponse info = client.reader().info();
      chainId = info.getChainId();
      report.step(
          "node",
          "node "
              + info.getVersion()
              + " of chain "
              + chainId
              + " is ready, grpc port "
              + node.grpcPort()
              + ", http port "
              + node.httpPort(),
          facts(
              "version",
              info.getVersion(),
              "chain_id",
              chainId,
              "grpc_port",
              node.grpcPort(),
              "http_port",
              node.httpPort()));
      ByteString root = info.getExpectedParentRoot();
      long wave = info.getExpectedWave();
      root = run(client, stream, wave, root, "deploy the token", List.of(deployment()));
      for (int i = 1; i <= waves; i++) {
        String what = transfersPerWave + " native and " + transfersPerWave + " token transfers";
        root = run(client, stream, wave + i, root, what, transfers(i));
      }
      checkBalance(node, "balance_of");
      return new Before(root, wave + waves, sent);
    }
  }

  /** What the node says after it was started again. */
  record After(ByteString root, BigInteger balance) {}

  /** After the restart: the same root, and the same balance. */
  After verify(NodeProcess node, Before before) {
    try (TidemillClient client =
        TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()))) {
      GetInfoResponse info = client.reader().info();
      ByteString root = info.getHead().getRoot().getBlake3();
      report.step(
          "restart",
          "the node started again at wave "
              + info.getHead().getWave()
              + "\n  root "
              + Report.hex(root),
          facts("wave", info.getHead().getWave(), "root", Report.hex(root)));
      if (info.getHead().getWave() != before.wave() || !root.equals(before.root())) {
        throw new DemoFailure("after the restart the node is at another root than before");
      }
      return new After(root, checkBalance(node, "balance_of"));
    }
  }

  private ByteString run(
      TidemillClient client,
      WaveStream stream,
      long wave,
      ByteString parentRoot,
      String what,
      List<byte[]> transactions) {
    WaveContext context =
        WaveContext.newBuilder()
            .setTimestamp(FIRST_TIMESTAMP + wave)
            .setBeacon(ByteString.copyFrom(new byte[32]))
            .setBaseFee(U128.toWire(BASE_FEE))
            .setChainId(chainId)
            .build();
    WaveRequest request = WaveRequest.of(wave, parentRoot, context, transactions).withStateDiff();
    WaveOutcome outcome =
        stream.execute(
            request,
            new WaveListener() {
              @Override
              public void onReceipt(Receipt receipt) {
                report.progress(
                    "wave " + wave, receipt.getTransactionIndex() + 1, transactions.size());
              }
            });
    for (Receipt receipt : outcome.receipts()) {
      if (receipt.getStatus() != ReceiptStatus.RECEIPT_STATUS_SUCCESS) {
        throw new DemoFailure(
            "transaction "
                + receipt.getTransactionIndex()
                + " of wave "
                + wave
                + ": "
                + Report.word(receipt)
                + " "
                + receipt.getReturnData().toStringUtf8());
      }
    }
    client.commit(outcome);
    report.wave(what, outcome);
    return outcome.root();
  }

  private byte[] deployment() {
    byte[] supply = new BorshWriter().u128(SUPPLY).toBytes();
    return Transaction.deploy(
            chainId, accounts.getFirst(), TOKEN_NAME, tokenWasm, supply, DEPLOY_GAS, nonces[0]++)
        .encode();
  }

  /** The first account sends tokens to the receiver; everybody sends native value around. */
  private List<byte[]> transfers(int wave) {
    List<byte[]> transactions = new ArrayList<>();
    for (int i = 0; i < transfersPerWave; i++) {
      int from = 1 + i % (accounts.size() - 1);
      Address to = accounts.get((from + 1) % accounts.size());
      transactions.add(
          Transaction.transfer(
                  chainId, accounts.get(from), to, BigInteger.valueOf(1 + i), nonces[from]++)
              .encode());
      BigInteger amount = BigInteger.valueOf(10L * wave + i);
      sent = sent.add(amount);
      byte[] arguments = new BorshWriter().fixed(receiver.toBytes()).u128(amount).toBytes();
      transactions.add(
          Transaction.call(
                  chainId, accounts.getFirst(), token, "transfer", arguments, CALL_GAS, nonces[0]++)
              .encode());
    }
    return transactions;
  }

  /** The balance that a wallet reads over HTTP must be the sum of what was sent. */
  private BigInteger checkBalance(NodeProcess node, String function) {
    byte[] arguments = new BorshWriter().fixed(receiver.toBytes()).toBytes();
    Map<String, Object> call = new LinkedHashMap<>();
    call.put("to", "0x" + token.toHex());
    call.put("function", function);
    call.put("calldata", "0x" + HexFormat.of().formatHex(arguments));
    try (JsonRpcClient rpc =
        new JsonRpcClient(URI.create("http://127.0.0.1:" + node.httpPort() + "/"))) {
      Object result = rpc.call("pyde_call", List.of(call));
      if (!(result instanceof String data)) {
        throw new DemoFailure("pyde_call answered " + result);
      }
      BorshReader reader = new BorshReader(HexFormat.of().parseHex(data.substring(2)));
      BigInteger balance = reader.u128();
      reader.end();
      report.step(
          "balance_of",
          "balance_of over JSON-RPC: " + balance + ", sent: " + sent,
          facts("balance", balance.toString(), "sent", sent.toString()));
      if (!balance.equals(sent)) {
        throw new DemoFailure("the token balance " + balance + " is not the sum sent, " + sent);
      }
      return balance;
    }
  }

  /** Facts by name, in order. */
  static Map<String, @Nullable Object> facts(Object... namesAndValues) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      facts.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return facts;
  }
}
