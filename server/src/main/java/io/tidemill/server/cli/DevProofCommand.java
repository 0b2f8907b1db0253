package io.tidemill.server.cli;

import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.Proof;
import io.tidemill.state.proof.ProofVerifier;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemill dev proof}: asks the node for a proof and decides it here. */
@Command(
    name = "proof",
    description = "Ask for the proof of an account or slot and verify it in this process.")
final class DevProofCommand implements Callable<Integer> {
  @Mixin private DevConnection chain;

  @Parameters(index = "0", paramLabel = "ACCOUNT", description = "An address or a name.")
  private String account = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "SLOT",
      description = "A slot of the contract, 0x and 64 digits.")
  private @Nullable String slot;

  @Option(
      names = "--root",
      paramLabel = "ROOT",
      description = "The state root that you trust; without it, the one the node says.")
  private @Nullable String root;

  @Override
  public Integer call() {
    Map<String, @Nullable Object> params = new LinkedHashMap<>();
    params.put("account", account);
    params.put("slots", slot == null ? List.of() : List.of(slot));
    params.put("base", root);
    return chain.ask("pyde_getProof", params, this::tell);
  }

  private int tell(Object answer, PrintWriter out) {
    if (!(answer instanceof Map<?, ?> map
        && map.get("base") instanceof Map<?, ?> base
        && map.get("slots") instanceof List<?> slots
        && (slots.isEmpty() ? map.get("account") : slots.getFirst()) instanceof Map<?, ?> entry)) {
      return chain.complain("the answer is no proof");
    }
    String trusted = root == null ? String.valueOf(base.get("root")) : root;
    Object value = entry.get("value");
    boolean valid;
    try {
      valid =
          ProofVerifier.verify(
              Hash32.fromHex(trusted),
              Hash32.fromHex(String.valueOf(entry.get("key"))),
              value == null ? null : bytes(value),
              Proof.decode(bytes(entry.get("proof"))));
    } catch (IllegalArgumentException e) {
      return chain.complain("the proof cannot be read: " + e.getMessage());
    }
    out.println((valid ? "valid    " : "INVALID  ") + account + (slot == null ? "" : " " + slot));
    out.println("key      " + entry.get("key"));
    out.println("value    " + (value == null ? "none" : bytes(value).length + " bytes"));
    out.println("root     " + trusted);
    return valid ? 0 : 1;
  }

  private static byte[] bytes(@Nullable Object hex) {
    return HexFormat.of().parseHex(String.valueOf(hex).substring(2));
  }
}
