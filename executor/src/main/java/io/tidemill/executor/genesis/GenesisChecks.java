package io.tidemill.executor.genesis;

import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.nativetx.MultisigBundle;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The invariants of a manifest. Source: state-and-transactions 2.8, 10.2; decisions H10, S12. */
final class GenesisChecks {
  private static final long MAINNET = 1;
  private static final long TESTNET = 2;

  private final Genesis genesis;
  private final Rules rules;
  private final List<String> problems = new ArrayList<>();
  private final TreeMap<String, Address> prefixes = new TreeMap<>();
  private BigInteger sum = BigInteger.ZERO;

  private GenesisChecks(Genesis genesis, Rules rules) {
    this.genesis = genesis;
    this.rules = rules;
  }

  static List<String> problems(Genesis genesis, Rules rules) {
    final GenesisChecks checks = new GenesisChecks(genesis, rules);
    checks.chain();
    checks.accounts();
    checks.treasury();
    checks.committee();
    checks.airdrop();
    checks.supply();
    return List.copyOf(checks.problems);
  }

  private void chain() {
    require(genesis.chainId() > 0, "chain_id must be positive");
    require(
        genesis.chainId() == rules.chainId(),
        "chain_id is " + genesis.chainId() + ", but the rules are for chain " + rules.chainId());
    require(
        !genesis.chainName().isEmpty() && genesis.chainName().length() <= 64,
        "chain_name must have 1 to 64 characters");
    require(genesis.timestamp() >= 0, "timestamp must not be negative");
    require(
        genesis.baseFee().compareTo(rules.fees().minBaseFee()) >= 0,
        "base_fee must be at least " + rules.fees().minBaseFee());
    final boolean real = genesis.chainId() == MAINNET || genesis.chainId() == TESTNET;
    require(
        !real || rules.signatures() == Rules.Signatures.VERIFY,
        "chain_id " + genesis.chainId() + " is a public chain: signatures must be verified");
    require(
        genesis.chainId() != MAINNET || genesis.totalSupply().equals(Genesis.PUBLIC_SUPPLY),
        "total_supply of chain 1 must be " + Genesis.PUBLIC_SUPPLY);
  }

  private void accounts() {
    for (int i = 0; i < genesis.accounts().size(); i++) {
      final Genesis.Funded account = genesis.accounts().get(i);
      final String field = "accounts[" + i + "]";
      final byte[] key = account.publicKey();
      add(account.balance());
      require(!account.address().isZero(), field + ".address must not be zero");
      require(!account.balance().isZero(), field + ".balance must not be zero");
      require(
          key == null || FalconVerifier.isPublicKey(key),
          field + ".public_key is no FALCON-512 public key of 897 bytes");
      require(
          key == null || Addresses.ofPublicKey(key).equals(account.address()),
          field + ".address is not the address of its public_key");
      for (Address system :
          List.of(Addresses.TREASURY, Addresses.REWARD_POOL, Addresses.AIRDROP_POOL)) {
        require(
            !account.address().equals(system),
            field + ".address is a system account, which is funded elsewhere");
      }
      claimPrefix(account.address(), field + ".address");
    }
  }

  private void claimPrefix(Address address, String field) {
    final Address other = prefixes.putIfAbsent(address.toString().substring(0, 32), address);
    require(other == null, field + " " + address + " repeats the first 16 bytes of " + other);
  }

  private void treasury() {
    final Genesis.Treasury treasury = genesis.treasury();
    add(treasury.balance());
    final int count = treasury.signers().size();
    require(
        count <= MultisigBundle.MAX_SIGNERS,
        "treasury.signers has " + count + " keys, at most " + MultisigBundle.MAX_SIGNERS);
    require(
        count == 0
            ? treasury.threshold() == 0
            : treasury.threshold() >= 1 && treasury.threshold() <= count,
        "treasury.threshold is " + treasury.threshold() + " for " + count + " signers");
    final TreeSet<String> seen = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      final byte[] key = treasury.signers().get(i);
      require(
          FalconVerifier.isPublicKey(key),
          "treasury.signers[" + i + "] is no FALCON-512 public key of 897 bytes");
      require(
          seen.add(Addresses.ofPublicKey(key).toString()),
          "treasury.signers[" + i + "] appears twice");
    }
  }

  private void committee() {
    final Map<String, Integer> perOperator = new TreeMap<>();
    final TreeSet<String> seen = new TreeSet<>();
    for (int i = 0; i < genesis.committee().size(); i++) {
      final Genesis.Member member = genesis.committee().get(i);
      final String field = "committee[" + i + "]";
      add(member.stake());
      final Address address = Addresses.ofPublicKey(member.publicKey());
      require(
          FalconVerifier.isPublicKey(member.publicKey()),
          field + ".public_key is no FALCON-512 public key of 897 bytes");
      require(seen.add(address.toString()), field + ".public_key appears twice");
      require(!member.operator().isZero(), field + ".operator must not be zero");
      require(
          member.stake().compareTo(rules.staking().minStake()) >= 0,
          field + ".stake is below " + rules.staking().minStake());
      require(
          perOperator.merge(member.operator().toString(), 1, Integer::sum)
              <= rules.staking().operatorCap(),
          field + ".operator has more than " + rules.staking().operatorCap() + " validators");
      final Address held = prefixes.get(address.toString().substring(0, 32));
      require(
          held == null || held.equals(address),
          field + ".public_key: its address repeats the first 16 bytes of " + held);
      prefixes.putIfAbsent(address.toString().substring(0, 32), address);
    }
  }

  private void airdrop() {
    final Genesis.Airdrop airdrop = genesis.airdrop();
    if (airdrop != null) {
      add(airdrop.sum());
      require(!airdrop.root().isZero(), "airdrop.root must not be zero");
      require(!airdrop.sum().isZero(), "airdrop.sum must not be zero");
      require(airdrop.deadline() > 0, "airdrop.deadline must be a wave after genesis");
    }
  }

  private void supply() {
    require(
        sum.equals(genesis.totalSupply().toBigInteger()),
        "accounts, treasury, stakes and airdrop sum to "
            + sum
            + ", total_supply is "
            + genesis.totalSupply());
  }

  private void add(U128 amount) {
    sum = sum.add(amount.toBigInteger());
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
