package io.tidemill.server.genesis;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ChainSpecification.Activation;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.genesis.Genesis;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A chain file: rules by activation wave and genesis. The format is described in {@code
 * docs/chain-file.md}; JSON is a subset of YAML and reads the same.
 */
public record ChainFile(ChainSpecification specification, Genesis genesis) {
  private static final long VERSION = 1;

  /**
   * Reads a chain file.
   *
   * @throws ChainFileException if it cannot be read, has another shape, or its genesis is not sound
   */
  public static ChainFile read(Path path) {
    final String text;
    try {
      text = Files.readString(path);
    } catch (IOException e) {
      throw new ChainFileException("cannot read chain file " + path + ": " + e.getMessage(), e);
    }
    try {
      return parse(text);
    } catch (ChainFileException e) {
      throw new ChainFileException("chain file " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the text of a chain file.
   *
   * @throws ChainFileException if it has another shape or its genesis is not sound
   */
  public static ChainFile parse(String text) {
    final Object document;
    try {
      document =
          new Load(LoadSettings.builder().setLabel("chain file").build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new ChainFileException(String.valueOf(e.getMessage()), e);
    }
    final Section root = Section.of("", document);
    final long version = root.number("version");
    if (version != VERSION) {
      throw new ChainFileException("version is " + version + ", this build reads version 1");
    }
    final Section chain = root.section("chain");
    final long chainId = chain.number("id");
    final ChainSpecification specification = rules(root, chainId);
    final Genesis genesis =
        new Genesis(
            chainId,
            chain.text("name"),
            root.number("timestamp"),
            root.hash("beacon_seed"),
            root.amount("total_supply"),
            root.amount("base_fee"),
            accounts(root),
            treasury(root),
            committee(root),
            airdrop(root));
    chain.end();
    root.end();
    final List<String> problems = genesis.problems(specification.rulesAt(0));
    if (!problems.isEmpty()) {
      throw new ChainFileException(String.join("; ", problems));
    }
    return new ChainFile(specification, genesis);
  }

  private static ChainSpecification rules(Section root, long chainId) {
    final List<Activation> activations = new ArrayList<>();
    Rules rules = Rules.of(chainId, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY);
    for (Section section : root.sections("rules")) {
      final long wave = section.number("wave");
      rules = RulesReader.read(section, rules);
      section.end();
      activations.add(new Activation(wave, rules));
    }
    try {
      return new ChainSpecification(activations);
    } catch (IllegalArgumentException e) {
      throw new ChainFileException("rules: " + e.getMessage(), e);
    }
  }

  private static List<Genesis.Funded> accounts(Section root) {
    final List<Genesis.Funded> accounts = new ArrayList<>();
    for (Section section : root.sections("accounts")) {
      final byte[] key = section.has("public_key") ? section.bytes("public_key") : null;
      final Address address =
          section.has("address") || key == null
              ? new Address(section.hash("address"))
              : Addresses.ofPublicKey(key);
      accounts.add(new Genesis.Funded(address, key, section.amount("balance")));
      section.end();
    }
    return accounts;
  }

  private static Genesis.Treasury treasury(Section root) {
    if (!root.has("treasury")) {
      return Genesis.Treasury.NONE;
    }
    final Section section = root.section("treasury");
    final List<byte[]> signers = section.has("signers") ? section.keys("signers") : List.of();
    final int threshold =
        section.has("threshold") ? Math.toIntExact(section.number("threshold")) : 0;
    final U128 balance = section.amount("balance");
    section.end();
    return new Genesis.Treasury(signers, threshold, balance);
  }

  private static List<Genesis.Member> committee(Section root) {
    final List<Genesis.Member> members = new ArrayList<>();
    if (root.has("committee")) {
      for (Section section : root.sections("committee")) {
        members.add(
            new Genesis.Member(
                section.bytes("public_key"),
                new Address(section.hash("operator")),
                section.amount("stake")));
        section.end();
      }
    }
    return members;
  }

  private static Genesis.@Nullable Airdrop airdrop(Section root) {
    if (!root.has("airdrop")) {
      return null;
    }
    final Section section = root.section("airdrop");
    final Hash32 rootHash = section.hash("root");
    final Genesis.Airdrop airdrop =
        new Genesis.Airdrop(rootHash, section.number("deadline"), section.amount("sum"));
    section.end();
    return airdrop;
  }
}
