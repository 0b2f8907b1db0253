package io.tidemill.server.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.server.testing.Http;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The explorer as a person sees it, in a real browser. */
class ExplorerTest {
  @TempDir private static Path folder;

  private static DevNode dev;
  private static Chromium browser;

  @BeforeAll
  static void open() throws IOException, InterruptedException {
    final Path program = Chromium.find();
    assumeThat(program).as("Chromium is not installed (Debian package chromium)").isNotNull();
    dev = DevNode.start(DevOptions.FOR_TESTS, new PrintWriter(new StringWriter()), true, false, 0);
    rpc("dev_deploy", "[{\"name\":\"token\",\"example\":\"token\",\"arguments\":[\"1000000\"]}]");
    browser = Chromium.start(program, folder);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
    if (dev != null) {
      dev.close();
    }
  }

  @AfterEach
  void checkConsole() {
    assertThat(browser.complaints()).isEmpty();
  }

  private static JsonNode rpc(String method, String params) {
    final JsonNode answer =
        Http.rpc(
                dev.httpPort(),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                    + method
                    + "\",\"params\":"
                    + params
                    + "}")
            .json();
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.get("result");
  }

  private static String transfer(int to, int amount) {
    return rpc(
            "dev_sendTransaction",
            "[{\"to\":\"token\",\"function\":\"transfer\",\"arguments\":[\"#"
                + to
                + "\",\""
                + amount
                + "\"]}]")
        .get("transaction_hash")
        .textValue();
  }

  private static void go(String page) {
    browser.open("http://127.0.0.1:" + dev.httpPort() + "/ui/#" + page);
  }

  /** Leaves a picture for people, when they ask for it. */
  private static void picture(String name) {
    final String wanted = System.getProperty("tidemill.pictures");
    for (String scheme : List.of("light", "dark")) {
      browser.prefer(scheme);
      for (int width : new int[] {1280, 390}) {
        browser.resize(width, width == 390 ? 844 : 1000);
        // Nothing sticks out at the side: what is too wide scrolls in a box of its own.
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
            .as(name + " at " + width)
            .isLessThanOrEqualTo(width);
        if (wanted != null) {
          try {
            Files.write(
                Path.of(wanted, name + "-" + width + "-" + scheme + ".png"), browser.screenshot());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }
    browser.prefer("light");
    browser.resize(1280, 1000);
  }

  @Test
  void shouldShowWavesAsTheyAreCommitted() {
    go("/");
    browser.await("h1", "Waves");
    browser.await("#status-text", "dev chain 31337 · wave");
    final String hash = transfer(1, 10);
    final String wave =
        rpc("pyde_getTransactionReceipt", "[\"" + hash + "\"]").get("wave").toString();
    browser.await("tr.fresh[data-wave='" + wave + "']", wave);
    browser.await("#status-text", "wave " + wave);
    final int snapshot = rpc("dev_snapshot", "[]").intValue();
    transfer(1, 11);
    browser.await("#status-text", "wave " + (Integer.parseInt(wave) + 1));
    rpc("dev_revert", "[" + snapshot + "]");
    browser.await("#status-text", "wave " + wave);
    assertThat(
            browser
                .evaluate(
                    "document.querySelectorAll(\"tr[data-wave='"
                        + (Integer.parseInt(wave) + 1)
                        + "']\").length")
                .asInt())
        .isZero();
    picture("waves");
  }

  @Test
  void shouldShowATransactionWithItsCallTreeFuelAndDiff() {
    go("/tx/" + transfer(2, 4_200));
    browser.await("h1", "Transaction");
    browser.await(".badge", "success");
    browser.await("dd", "Transfer from");
    browser.await(".flame", "token · ");
    browser.await("#calls .frame", "token.transfer");
    browser.await("#calls .steps", "write");
    browser.await("#diff", "nonce");
    browser.await("#diff .is", "(4,200)");
    picture("transaction");
  }

  @Test
  void shouldCallAndSendFromTheFormsOfAContract() {
    go("/account/token");
    browser.await("h1", "token");
    browser.await("details.function", "balance_of");
    fill("approve", 0, "0x" + FalconKey.devnet(5).address().toHex());
    fill("approve", 1, "77");
    submit("approve");
    browser.await("details.function[open] .outcome.good", "success");
    go("/account/zero");
    browser.await("[role=alert]", "Nothing is registered under the name zero");
    go("/account/token");
    browser.await("h1", "token");
    fill("allowance", 0, "0x" + FalconKey.devnet(0).address().toHex());
    fill("allowance", 1, "0x" + FalconKey.devnet(5).address().toHex());
    submit("allowance");
    browser.await("details.function[open] .outcome .value", "77");
    fill("balance_of", 0, "0x12");
    submit("balance_of");
    browser.await(".outcome.bad", "needs 32 bytes, got 1");
    picture("contract");
  }

  private static String form(String function) {
    return "[...document.querySelectorAll('details.function')].find(d =>"
        + " d.querySelector('.name').textContent === '"
        + function
        + "')";
  }

  private static void fill(String function, int argument, String value) {
    browser.evaluate(
        form(function)
            + ".open = true, "
            + form(function)
            + ".querySelector('[name=argument"
            + argument
            + "]').value = '"
            + value
            + "'");
  }

  private static void submit(String function) {
    browser.evaluate(form(function) + ".querySelector('form').requestSubmit()");
  }

  @Test
  void shouldCheckAProofAndNoticeAForgedOne() {
    go("/proof/token");
    browser.await("#verdict .badge.good", "valid");
    browser.await("#verdict", "Proven: a balance of 0 PYDE");
    picture("proof");
    browser.evaluate(
        "(() => { const t = document.querySelector('textarea'), e = JSON.parse(t.value);"
            + " e.value = e.value.slice(0, -1) + (e.value.at(-1) === '0' ? '1' : '0');"
            + " t.value = JSON.stringify(e); t.form.requestSubmit(); })()");
    browser.await("#verdict .badge.bad", "not valid");
    browser.evaluate(
        "(() => { const f = document.querySelector('form.card'); f.account.value = '0x' +"
            + " '77'.repeat(32); f.root.value = ''; f.requestSubmit(); })()");
    browser.await("#verdict", "Proven: nothing is stored under this key");
  }

  @Test
  void shouldFindEventsAndWhateverIsTyped() {
    final String hash = transfer(3, 5);
    go("/events");
    browser.await("tbody", "Transfer from");
    rpc(
        "dev_sendTransaction",
        "[{\"to\":\"token\",\"function\":\"approve\",\"arguments\":[\"#8\",\"8\"]}]");
    browser.evaluate(
        "(() => { const f = document.querySelector('form.card'); f.contract.value = 'token';"
            + " f.contract.dispatchEvent(new Event('change')); })()");
    browser.await("select[name=event]", "Approval");
    browser.evaluate(
        "(() => { const f = document.querySelector('form.card');"
            + " f.event.selectedIndex = [...f.event.options].findIndex(o => o.textContent === 'Approval');"
            + " f.requestSubmit(); })()");
    browser.await("tbody", "Approval owner");
    assertThat(browser.evaluate("document.querySelector('tbody').textContent").asText())
        .doesNotContain("Transfer");
    picture("events");
    browser.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))");
    assertThat(browser.evaluate("document.activeElement.id").asText()).isEqualTo("query");
    browser.evaluate("(() => { query.value = '" + hash + "'; query.form.requestSubmit(); })()");
    browser.await("h1", "Transaction");
    browser.evaluate("(() => { query.value = '1'; query.form.requestSubmit(); })()");
    browser.await("h1", "Wave 1");
    go("/accounts");
    browser.await("tbody", "PYDE");
    picture("accounts");
  }

  @Test
  void shouldScrollThroughAWaveOfTenThousand() {
    final String zero = "0x" + "00".repeat(32);
    rpc("dev_impersonate", "[\"" + zero + "\"]");
    rpc("dev_setMode", "[\"manual\"]");
    final String transfer =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"dev_sendTransaction\",\"params\":[{\"from\":\""
            + zero
            + "\",\"to\":\"#1\",\"value\":0}]}";
    for (int i = 0; i < 100; i++) {
      final JsonNode answers =
          Http.rpc(dev.httpPort(), "[" + String.join(",", Collections.nCopies(100, transfer)) + "]")
              .json();
      assertThat(answers.get(99).at("/result/status").asText())
          .as(answers.get(99).toString())
          .isEqualTo("queued");
    }
    final JsonNode mined = rpc("dev_mine", "[]");
    rpc("dev_setMode", "[\"auto\"]");
    assertThat(mined.get("transactions").intValue()).isEqualTo(10_000);
    go("/wave/" + mined.get("wave"));
    browser.await("h1", "Wave " + mined.get("wave"));
    browser.await("tr[data-row='0'] td:nth-child(2)", "0x");
    assertThat(browser.evaluate("document.querySelectorAll('main tr').length").asInt())
        .isLessThan(120);
    picture("large-wave");
    for (int row : new int[] {5_000, 9_999, 123}) {
      browser.evaluate("document.querySelector('.long').scrollTop = 38 * " + row);
      browser.await("tr[data-row='" + row + "'] td:nth-child(2)", "0x");
      assertThat(browser.evaluate("document.querySelectorAll('main tr').length").asInt())
          .isLessThan(120);
    }
    browser.evaluate("document.querySelector(\"tr[data-row='123'] a\").click()");
    browser.await("h1", "Transaction");
    browser.await("dd", "· 123");
  }

  @Test
  void shouldShowWhatAContractStores() {
    rpc("dev_deploy", "[{\"name\":\"stored\",\"example\":\"counter\",\"arguments\":[\"41\"]}]");
    go("/account/stored");
    browser.await("#storage h2", "Storage");
    browser.await("#storage .shown", "41");
    browser.evaluate("document.querySelector('#all-slots').open = true");
    browser.await("#all-slots tbody", "0x2900000000000000");
    final String slot = rpc("tidemill_getField", "[\"stored\",\"count\"]").get("slot").textValue();
    browser.evaluate(
        "(() => { const d = document.querySelector('#slot'); d.open = true;"
            + " d.querySelector('input').value = '"
            + slot
            + "'; d.querySelector('form').requestSubmit(); })()");
    browser.await("#slot .outcome", "0x2900000000000000");
    picture("storage");
    transfer(4, 4_321);
    go("/account/token");
    browser.await("#storage details .name", "balances");
    browser.evaluate(
        "(() => { const d = [...document.querySelectorAll('#storage details')].find(d =>"
            + " d.querySelector('.name').textContent === 'balances'); d.open = true;"
            + " d.querySelector('input').value = '0x"
            + FalconKey.devnet(4).address().toHex()
            + "'; d.querySelector('form').requestSubmit(); })()");
    browser.await("#storage .outcome .value", "4321");
    final String counted =
        rpc(
                "dev_sendTransaction",
                "[{\"to\":\"stored\",\"function\":\"increment\",\"arguments\":[]}]")
            .get("transaction_hash")
            .textValue();
    go("/tx/" + counted);
    browser.await("#diff strong", "counter.count");
    browser.await("#diff .was", "41");
    browser.await("#diff .is", "42");
  }

  @Test
  void shouldShowWhyATransactionFailed() {
    rpc("dev_deploy", "[{\"name\":\"strict\",\"example\":\"counter\",\"arguments\":[\"1\"]}]");
    final String failed =
        rpc(
                "dev_sendTransaction",
                "[{\"from\":\"#7\",\"to\":\"strict\",\"function\":\"reset\",\"arguments\":[]}]")
            .get("transaction_hash")
            .textValue();
    go("/tx/" + failed);
    browser.await(".badge.bad", "reverted");
    browser.await(".problem", "only the owner may reset");
    browser.await("#failure .places", "counter.reset +");
    browser.await("dd", "#7");
    picture("failed");
  }

  @Test
  void shouldHashLikeTheNodeDoes() {
    go("/");
    browser.await("h1", "Waves");
    for (int length : new int[] {0, 1, 63, 64, 65, 1_023, 1_024, 1_025, 2_048, 2_049, 5_000}) {
      final byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (i % 251);
      }
      assertThat(
              browser
                  .evaluate(
                      "import('/ui/blake3.js').then(async ({blake3}) => (await"
                          + " import('/ui/proof.js')).hexOf(blake3(Uint8Array.from({length: "
                          + length
                          + "}, (_, i) => i % 251))))")
                  .asText())
          .as("%d bytes", length)
          .isEqualTo("0x" + io.tidemill.state.hash.Blake3.hash(bytes).toHex());
    }
  }

  @Test
  void shouldSendAStrictPolicyAndOnlyItsOwnFiles() {
    final Http.Answer page = Http.get(dev.httpPort(), "/ui/");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.head())
        .contains("default-src 'none'; script-src 'self'")
        .contains("nosniff")
        .doesNotContain("unsafe");
    assertThat(page.body()).doesNotContain("http://", "https://");
    assertThat(Http.get(dev.httpPort(), "/ui").status()).isEqualTo(302);
    for (String path : new String[] {"/ui/../openrpc.json", "/ui/none.js", "/ui/%2e%2e/x"}) {
      assertThat(Http.get(dev.httpPort(), path).status()).as(path).isIn(400, 404);
    }
  }
}
