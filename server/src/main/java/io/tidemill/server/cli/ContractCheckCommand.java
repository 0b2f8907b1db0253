package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractLifecycle.Report;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code contract check}: asks the deploy gate about a module, without a chain. */
@Command(
    name = "check",
    description = "Say everything that would keep a module from being deployed.",
    footer = {"", "Exit codes: 0 it may be deployed, 1 it may not, 2 no file."})
final class ContractCheckCommand implements Callable<Integer> {
  private static final long CHAIN = 31_337;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
  private Path wasm = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name it would get; that of its own section without it.")
  private @Nullable String name;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = "The chain's profile: pyde, sshi or aether. Default: ${DEFAULT-VALUE}.")
  private String profile = "pyde";

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  @Override
  public Integer call() {
    final byte[] bytes = ContractCommand.readModule(spec.commandLine().getErr(), wasm);
    if (bytes == null) {
      return 2;
    }
    final Rules.Profile chosen;
    try {
      chosen = Rules.Profile.valueOf(profile.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println("--profile must be pyde, sshi or aether");
      return 2;
    }
    final Rules rules =
        Rules.of(CHAIN, Rules.Lifecycle.DEV, Rules.Signatures.VERIFY).withProfile(chosen);
    final ContractAbi abi = section(bytes);
    final String named = name != null ? name : abi == null ? "" : abi.name();
    final int type = abi != null && abi.type() == ContractAbi.ContractType.PARACHAIN ? 1 : 0;
    final Report report =
        new WasmContractRuntime(rules, new ChicoryEngine())
            .check(rules, named.isEmpty() ? "unnamed" : named, bytes, type);
    if (json) {
      printJson(report);
    } else {
      print(report, bytes.length);
    }
    return report.violations().isEmpty() ? 0 : 1;
  }

  /** What the module says about itself; the gate judges it, here only the name is taken. */
  private static @Nullable ContractAbi section(byte[] bytes) {
    try {
      final List<AbiSection.Custom> sections = AbiSection.find(bytes, ContractAbi.SECTION);
      return sections.size() == 1
              && AbiDecoder.decode(sections.get(0).payload(), ContractAbi.V1_3)
                  instanceof AbiDecoding.Decoded(ContractAbi abi)
          ? abi
          : null;
    } catch (AbiSection.MalformedModuleException e) {
      return null;
    }
  }

  private void print(Report report, int size) {
    final PrintWriter out = spec.commandLine().getOut();
    for (Violation violation : report.violations()) {
      out.printf("%s: %s (row %d)%n", violation.rule(), violation.text(), violation.row());
    }
    if (report.violations().isEmpty()) {
      out.printf("%s may be deployed: %d bytes%n", wasm, size);
      out.printf("code hash  0x%s%n", report.codeHash().toHex());
      out.printf("address    0x%s%n", report.address());
      out.printf("gas        %d, and what the constructor uses%n", report.gas());
    } else {
      out.printf("%s: %d rules broken%n", wasm, report.violations().size());
    }
    out.flush();
  }

  private void printJson(Report report) {
    final ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("ok", report.violations().isEmpty());
    node.put("code_hash", "0x" + report.codeHash().toHex());
    node.put("address", "0x" + report.address());
    node.put("gas", report.gas());
    final ArrayNode violations = node.putArray("violations");
    for (Violation violation : report.violations()) {
      violations
          .addObject()
          .put("row", violation.row())
          .put("code", violation.code())
          .put("rule", violation.rule())
          .put("text", violation.text());
    }
    spec.commandLine().getOut().println(node);
    spec.commandLine().getOut().flush();
  }
}
