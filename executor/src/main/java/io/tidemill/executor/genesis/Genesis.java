package io.tidemill.executor.genesis;

import io.tidemill.executor.Rules;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A genesis manifest. Its identity is Blake3 over Borsh in the order of the components: chain_id
 * u64, chain_name string, timestamp u64, beacon_seed 32, total_supply u128, base_fee u128, accounts
 * vec of {address 32, public_key option bytes, balance u128}, treasury {signers vec of bytes,
 * threshold u8, balance u128}, committee vec of {public_key bytes, operator 32, stake u128},
 * airdrop option {root 32, deadline u64, sum u128}. Source: state-and-transactions 10.2.
 *
 * @param timestamp seconds since the epoch
 * @param totalSupply what everything must sum to, in quanta
 * @param baseFee of the first wave
 * @param airdrop null when there is none
 */
public record Genesis(
    long chainId,
    String chainName,
    long timestamp,
    Hash32 beaconSeed,
    U128 totalSupply,
    U128 baseFee,
    List<Funded> accounts,
    Treasury treasury,
    List<Member> committee,
    @Nullable Airdrop airdrop) {
  /** The supply of the public chain: 10^9 PYDE. */
  public static final U128 PUBLIC_SUPPLY = U128.of(1_000_000_000_000_000_000L);

  /**
   * An account that has something from the start.
   *
   * @param publicKey what it signs with; null leaves it to be registered
   */
  public record Funded(Address address, byte @Nullable [] publicKey, U128 balance) {}

  /** The treasury and who signs for it; without signers nobody does. */
  public record Treasury(List<byte[]> signers, int threshold, U128 balance) {
    public static final Treasury NONE = new Treasury(List.of(), 0, U128.ZERO);

    public Treasury {
      signers = List.copyOf(signers);
    }
  }

  /** A validator of the first committee. */
  public record Member(byte[] publicKey, Address operator, U128 stake) {}

  /** What claimants may take until a wave. */
  public record Airdrop(Hash32 root, long deadline, U128 sum) {}

  public Genesis {
    accounts = List.copyOf(accounts);
    committee = List.copyOf(committee);
  }

  /** Identifies the manifest. */
  public Hash32 identity() {
    final BorshWriter out = new BorshWriter(4_096);
    out.u64(chainId).string(chainName).u64(timestamp).hash32(beaconSeed);
    totalSupply.write(out);
    baseFee.write(out);
    out.u32(accounts.size());
    for (Funded account : accounts) {
      out.hash32(account.address().raw()).bool(account.publicKey() != null);
      if (account.publicKey() != null) {
        out.bytes(account.publicKey());
      }
      account.balance().write(out);
    }
    out.u32(treasury.signers().size());
    for (byte[] signer : treasury.signers()) {
      out.bytes(signer);
    }
    out.u8(treasury.threshold());
    treasury.balance().write(out);
    out.u32(committee.size());
    for (Member member : committee) {
      out.bytes(member.publicKey()).hash32(member.operator().raw());
      member.stake().write(out);
    }
    out.bool(airdrop != null);
    if (airdrop != null) {
      out.hash32(airdrop.root()).u64(airdrop.deadline());
      airdrop.sum().write(out);
    }
    return Blake3.hash(out.toBytes());
  }

  /**
   * Everything that is wrong with it under {@code rules}, each naming its field; empty when sound.
   */
  public List<String> problems(Rules rules) {
    return GenesisChecks.problems(this, rules);
  }

  /**
   * The state of wave 0.
   *
   * @throws IllegalArgumentException if it has {@link #problems}
   */
  public StateDelta state(Rules rules) {
    final List<String> problems = problems(rules);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return GenesisState.of(this);
  }
}
