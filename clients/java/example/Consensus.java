import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.U128;
import io.tidemill.client.WaveListener;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.client.abi.ContractAbi;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.proof.ProofVerifier;
import io.tidemill.client.proof.StateKeys;
import io.tidemill.client.proof.WaveDigests;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.Transaction;
import io.tidemill.v1.Event;
import io.tidemill.v1.EventCursor;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetAccountResponse;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.MerkleProof;
import io.tidemill.v1.ProofPosition;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.StateProof;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveSummary;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A consensus client in a page: handshake, waves in two steps, a wave that survives a broken stream,
 * an event, a receipt and a balance that are checked and not believed.
 *
 * <pre>java -cp ... Consensus.java HOST PORT HTTP_ENDPOINT TOKEN_WASM</pre>
 */
final class Consensus implements WaveListener {
  private static final int TRANSFERS = 300;
  private static final String NAME = "example-java";
  private static final Address TOKEN = Address.ofContract(NAME);
  private static final Address RECEIVER = Address.ofSystem("example-receiver-java");

  private final FalconKey key = FalconKey.devnet(0);
  private final TidemillClient client;
  private final WaveStream stream;
  private final long chainId;
  private long nonce;
  private long wave;
  private ByteString parentRoot;
  private int resends;

  private Consensus(TidemillClient client) {
    this.client = client;
    GetInfoResponse info = client.reader().info();
    System.out.printf(
        "chain %d: head is wave %d, send wave %d next%n",
        info.getChainId(), info.getHead().getWave(), info.getExpectedWave());
    chainId = info.getChainId();
    wave = info.getExpectedWave();
    parentRoot = info.getExpectedParentRoot();
    nonce = client.reader().account(key.address()).getAccount().getNonceBase();
    stream = client.openWaveStream();
  }

  @Override
  public void onResend(NodeException cause) {
    resends++;
  }

  /** Executes the next wave, checks what came back, and makes it durable. */
  private WaveOutcome execute(List<Transaction> transactions) {
    WaveContext context =
        WaveContext.newBuilder()
            .setTimestamp(1_900_000_000 + wave)
            .setBeacon(ByteString.copyFrom(new byte[32]))
            .setBaseFee(U128.toWire(BigInteger.valueOf(100)))
            .setChainId(chainId)
            .build();
    List<byte[]> encoded = transactions.stream().map(Transaction::encode).toList();
    WaveRequest request = WaveRequest.of(wave, parentRoot, context, encoded).withStateDiff();
    // The stream may break: execute() shakes hands again and sends the wave once more.
    WaveOutcome outcome = stream.execute(request, this);
    check(WaveDigests.match(outcome.summary(), outcome.receipts()), "digests of wave " + wave);
    for (Receipt receipt : outcome.receipts()) {
      check(
          receipt.getStatus() == ReceiptStatus.RECEIPT_STATUS_SUCCESS,
          "transaction " + receipt.getTransactionIndex() + ": " + receipt.getCode());
    }
    // Here a consensus client agrees with its peers on the root. Then, and only then:
    client.commit(outcome);
    wave++;
    parentRoot = outcome.root();
    return outcome;
  }

  /** The receiver's balance in the outcome's state, proven; and the receipt of {@code call}. */
  private BigInteger proven(WaveOutcome outcome, Transaction call) {
    WaveSummary summary = outcome.summary();
    GetAccountResponse account =
        client
            .reader()
            .account(
                GetAccountRequest.newBuilder()
                    .setAddress(RECEIVER.raw())
                    .setBase(StateRef.newBuilder().setWave(summary.getWave()))
                    .setWantProof(true)
                    .build());
    byte[] stateKey = StateKeys.account(RECEIVER);
    check(ProofVerifier.verifyState(outcome.root(), stateKey, account.getProof()), "the balance");
    ProofPosition position = ProofPosition.newBuilder().setWave(summary.getWave()).build();
    MerkleProof proof =
        client
            .reader()
            .proof(GetProofRequest.newBuilder().setReceipt(position).build())
            .getMerkle();
    check(
        ProofVerifier.verifyRecord(summary.getReceiptsDigest(), summary.getTransactions(), proof),
        "the receipt");
    Receipt receipt = client.reader().receipt(call.hash()).getReceipt();
    check(proof.getLeaf().equals(ByteString.copyFrom(WaveDigests.record(receipt))), "its hash");
    MerkleProof event = provenEvent(outcome);
    // What a node that lies would have to send: none of it is believed.
    byte[] value = account.getProof().getValue().toByteArray();
    value[0] ^= 1;
    StateProof otherValue =
        account.getProof().toBuilder().setValue(ByteString.copyFrom(value)).build();
    byte[] leaf = proof.getLeaf().toByteArray();
    leaf[0] ^= 1;
    MerkleProof otherLeaf = proof.toBuilder().setLeaf(ByteString.copyFrom(leaf)).build();
    MerkleProof otherPlace = event.toBuilder().setIndex(event.getIndex() + 1).build();
    check(
        !ProofVerifier.verifyState(outcome.root(), stateKey, otherValue)
            && !ProofVerifier.verifyRecord(
                summary.getReceiptsDigest(), summary.getTransactions(), otherLeaf)
            && !ProofVerifier.verifyRecord(
                summary.getEventsRoot(), summary.getEventsCount(), otherPlace),
        "that wrong proofs are refused");
    return U128.fromWire(account.getAccount().getBalance());
  }

  /** The proof of the first event of the outcome, checked. */
  private MerkleProof provenEvent(WaveOutcome outcome) {
    WaveSummary summary = outcome.summary();
    Event event = outcome.receipts().getFirst().getEvents(0);
    EventCursor cursor =
        EventCursor.newBuilder()
            .setWave(event.getWave())
            .setTransactionIndex(event.getTransactionIndex())
            .setEventIndex(event.getEventIndex())
            .build();
    MerkleProof proof =
        client.reader().proof(GetProofRequest.newBuilder().setEvent(cursor).build()).getMerkle();
    check(
        ProofVerifier.verifyRecord(summary.getEventsRoot(), summary.getEventsCount(), proof),
        "the event");
    check(proof.getLeaf().equals(ByteString.copyFrom(WaveDigests.record(event))), "its record");
    return proof;
  }

  private void run(URI endpoint, byte[] module) {
    ContractAbi abi = ContractAbi.ofModule(module);
    byte[] supply = new BorshWriter().u128(1_000_000).toBytes();
    List<Transaction> first = new ArrayList<>();
    first.add(
        key.sign(
            Transaction.deploy(
                chainId, key.address(), NAME, module, supply, 100_000_000, nonce++)));
    for (int i = 1; i <= TRANSFERS; i++) {
      first.add(
          Transaction.transfer(chainId, key.address(), RECEIVER, BigInteger.valueOf(i), nonce++));
    }
    execute(first);
    byte[] calldata = abi.encodeCall("transfer", RECEIVER, 42);
    Transaction call =
        Transaction.call(
            chainId, key.address(), TOKEN, "transfer", calldata, 500_000, nonce++);
    WaveOutcome second = execute(List.of(key.sign(call)));
    ContractAbi.DecodedEvent event = abi.decodeEvent(second.receipts().getFirst().getEvents(0));
    System.out.println(event);
    BigInteger balance = proven(second, call);
    try (JsonRpcClient rpc = new JsonRpcClient(endpoint)) {
      byte[] answer = rpc.view(TOKEN, "balance_of", abi.encodeCall("balance_of", RECEIVER));
      check(BigInteger.valueOf(42).equals(abi.decodeResult("balance_of", answer)), "42 tokens");
      Transaction next =
          Transaction.transfer(chainId, key.address(), RECEIVER, BigInteger.ONE, nonce);
      rpc.simulate(next.encode(), Map.of());
    }
    check(balance.intValue() >= TRANSFERS * (TRANSFERS + 1) / 2, "the sum of the transfers");
    stream.close();
    System.out.printf(
        "{\"ok\":true,\"waves\":2,\"resends\":%d,\"balance\":\"%s\"}%n", resends, balance);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("does not hold: " + what);
    }
  }

  public static void main(String[] args) throws Exception {
    ClientOptions node = ClientOptions.plaintext(args[0], Integer.parseInt(args[1]));
    try (TidemillClient client = TidemillClient.connect(node)) {
      new Consensus(client).run(URI.create(args[2]), Files.readAllBytes(Path.of(args[3])));
    }
  }
}
