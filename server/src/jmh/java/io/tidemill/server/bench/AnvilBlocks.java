package io.tidemill.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemill.state.hash.Keccak;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Transfers in native revm: blocks of anvil, whose transactions were signed, checked and put into
 * its pool before the clock starts. What is timed is the mining of a full block: execution,
 * receipts and roots, in memory. Beside it our figures include decoding and hashing, and no root.
 */
final class AnvilBlocks {
  private static final int SENDERS = 500;
  private static final int TRANSACTIONS = 5_000;
  private static final int BATCH = 500;
  private static final int BLOCKS = 5;

  private final BiConsumer<String, Object> figures;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private List<String> senders = List.of();
  private URI address = URI.create("http://127.0.0.1");

  AnvilBlocks(BiConsumer<String, Object> figures) {
    this.figures = figures;
  }

  /** Measures, or leaves the figures out after a line that says why. */
  void run() throws IOException, InterruptedException {
    try (Anvil anvil =
        Anvil.start(
            "--no-mining",
            "--accounts",
            "" + SENDERS,
            "--gas-limit",
            "30000000000",
            "--no-request-size-limit",
            "--order",
            "fifo")) {
      if (anvil == null) {
        return;
      }
      address = URI.create("http://127.0.0.1:" + anvil.port());
      final List<String> accounts = new ArrayList<>();
      call("eth_accounts", "[]").forEach(account -> accounts.add(account.asText()));
      senders = accounts;
      fund();
      figures.accept("anvil_native_transfers_per_s", rate(AnvilBlocks::payment));
      figures.accept("anvil_erc20_transfers_per_s", rate(AnvilBlocks::tokenTransfer));
    }
  }

  /** Gives every sender tokens, where solc keeps balanceOf[sender]. */
  private void fund() throws IOException, InterruptedException {
    for (String sender : senders) {
      final String key = Anvil.word(sender.substring(2)) + Anvil.word("0");
      final String slot =
          HexFormat.of().formatHex(Keccak.hash(HexFormat.of().parseHex(key)).toBytes());
      call(
          "anvil_setStorageAt",
          "[\"" + Anvil.TOKEN + "\",\"0x" + slot + "\",\"0x" + Anvil.word("ffffffff") + "\"]");
    }
  }

  private static String recipient(int index) {
    return String.format(Locale.ROOT, "%040x", 0x1000000 + index);
  }

  private static String payment(int index) {
    return "\"to\":\"0x" + recipient(index) + "\",\"value\":\"0x1\",\"gas\":\"0x5208\"";
  }

  private static String tokenTransfer(int index) {
    return "\"to\":\""
        + Anvil.TOKEN
        + "\",\"gas\":\"0x186a0\",\"data\":\"0xa9059cbb"
        + Anvil.word(recipient(index))
        + Anvil.word("1")
        + "\"";
  }

  private interface Transaction {
    String fields(int index);
  }

  /** Transactions per second of the mining of a block, the median of all but the first. */
  private long rate(Transaction transaction) throws IOException, InterruptedException {
    final long[] nanos = new long[BLOCKS - 1];
    for (int block = 0; block < BLOCKS; block++) {
      for (int from = 0; from < TRANSACTIONS; from += BATCH) {
        submit(transaction, from);
      }
      final long start = System.nanoTime();
      call("evm_mine", "[]");
      final long took = System.nanoTime() - start;
      check();
      if (block > 0) {
        nanos[block - 1] = took;
      }
    }
    return TRANSACTIONS * 1_000_000_000L / ExecutorRounds.median(nanos);
  }

  private void submit(Transaction transaction, int from) throws IOException, InterruptedException {
    final StringBuilder batch = new StringBuilder("[");
    for (int i = from; i < from + BATCH; i++) {
      batch
          .append(i == from ? "" : ",")
          .append("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_sendTransaction\",\"params\":[{")
          .append("\"from\":\"")
          .append(senders.get(i % senders.size()))
          .append("\",\"gasPrice\":\"0x77359400\",")
          .append(transaction.fields(i))
          .append("}]}");
    }
    for (JsonNode answer : post(batch.append(']').toString())) {
      if (!answer.has("result")) {
        throw new IllegalStateException("anvil refused a transaction: " + answer);
      }
    }
  }

  /** A benchmark of failing transactions, or of half-empty blocks, would measure nothing. */
  private void check() throws IOException, InterruptedException {
    final JsonNode receipts = call("eth_getBlockReceipts", "[\"latest\"]");
    if (receipts.size() != TRANSACTIONS) {
      throw new IllegalStateException("anvil mined " + receipts.size() + " transactions");
    }
    for (JsonNode receipt : receipts) {
      if (!receipt.path("status").asText().equals("0x1")) {
        throw new IllegalStateException("a transaction failed in anvil: " + receipt);
      }
    }
  }

  private JsonNode call(String method, String params) throws IOException, InterruptedException {
    final JsonNode answer =
        post(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                + method
                + "\",\"params\":"
                + params
                + "}");
    if (!answer.has("result")) {
      throw new IllegalStateException(method + " of anvil answers " + answer);
    }
    return answer.get("result");
  }

  private JsonNode post(String body) throws IOException, InterruptedException {
    return json.readTree(
        http.send(
                HttpRequest.newBuilder(address)
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }
}
