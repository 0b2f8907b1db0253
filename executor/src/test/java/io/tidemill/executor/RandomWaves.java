package io.tidemill.executor;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.Puppets;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Waves that a client could send: mostly sensible, hot spots included, some of it rubbish. */
final class RandomWaves {
  /** Each transaction of a chain of waves uses the next nonces of one of ten senders. */
  private static final int SENDERS = 10;

  private static final byte[] TOKEN = read("contracts/token/token.wasm");
  private static final byte[] PUPPET = Puppets.wasm();

  private static byte[] read(String file) {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pays for its next transaction only as long as others pay it. */
  private static final int POOR = 7;

  /** Holds nearly all that an amount can say. */
  private static final int FULL = 8;

  /** Nearly as much, in an account that nobody can send from. */
  private static final Address BRIM = new Address(Blake3.hash(new byte[] {77}));

  private final SplittableRandom random;

  /** Everybody pays this one in some waves. */
  private Address hot = BRIM;

  /** How many of ten payments go there. */
  private int hotShare;

  private final long[] nonces = new long[SENDERS];
  private final List<Address> tokens = new ArrayList<>();

  RandomWaves(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Accounts at the edges of what is possible, beside those of the test chain. */
  static void setLimits(Ledger ledger) {
    final U128 brim = U128.MAX.minus(U128.of(3_000_000));
    ledger.put(Account.empty(BRIM).withBalance(brim));
    ledger.put(
        Account.empty(TestChain.user(FULL))
            .withBalance(brim)
            .withAuthKeys(new AuthKeys.Single(TestChain.key(FULL)), 0));
    ledger.put(
        Account.empty(TestChain.user(POOR))
            .withBalance(U128.of(101_000_000))
            .withAuthKeys(new AuthKeys.Single(TestChain.key(POOR)), 0));
  }

  /** A token and a puppet to begin with. */
  List<Wave.Entry> deployments() {
    tokens.add(Addresses.contract("token-0"));
    return List.of(
        TestChain.entry(deployment("token-0", TOKEN, U128.of(1_000_000).toBytes(), 100_000_000)),
        TestChain.entry(deployment("puppet", PUPPET, new byte[0], 100_000_000)));
  }

  private Transaction deployment(String name, byte[] wasm, byte[] arguments, long gas) {
    return TestChain.tx(0, nonces[0]++)
        .type(TransactionType.DEPLOY)
        .gas(gas)
        .data(new DeployData(name, wasm, 0, arguments).encode())
        .build();
  }

  List<Wave.Entry> wave() {
    final List<Wave.Entry> entries = new ArrayList<>();
    final int size = 1 + random.nextInt(40);
    // From everybody with everybody to everything through one account and one slot.
    final int spread = 1 + random.nextInt(SENDERS);
    hotShare = random.nextBoolean() ? 0 : random.nextInt(10);
    hot =
        switch (random.nextInt(4)) {
          case 0 -> BRIM;
          // Does not exist until the first payment.
          case 1 -> new Address(Blake3.hash(new byte[] {78, (byte) random.nextInt()}));
          // Sends, too.
          default -> TestChain.user(random.nextInt(SENDERS));
        };
    if (random.nextBoolean()) {
      // Otherwise a pause would be the end of everything.
      entries.add(TestChain.entry(emergency(TransactionType.EMERGENCY_RESUME)));
    }
    for (int i = 0; i < size; i++) {
      entries.add(entry(spread));
    }
    return entries;
  }

  private Wave.Entry entry(int spread) {
    final int sender = random.nextInt(spread);
    final int kind = random.nextInt(100);
    if (kind < 3) {
      final byte[] rubbish = new byte[random.nextInt(200)];
      for (int i = 0; i < rubbish.length; i++) {
        rubbish[i] = (byte) random.nextInt();
      }
      return new Wave.Entry(rubbish, false, null);
    }
    // Windows fill up, duplicates and gaps occur.
    final long nonce =
        random.nextInt(20) == 0 ? nonces[sender] + random.nextInt(20) - 2 : nonces[sender]++;
    final Transaction transaction;
    if (kind < 35) {
      transaction = transfer(sender, nonce, spread);
    } else if (kind < 38) {
      transaction = redeploy(sender, nonce);
    } else if (kind < 50) {
      transaction = anyType(sender, nonce);
    } else if (kind == 50) {
      transaction = emergency(TransactionType.EMERGENCY_PAUSE);
    } else if (kind < 75) {
      transaction = puppet(sender, nonce);
    } else {
      transaction = call(sender, nonce, spread);
    }
    return new Wave.Entry(
        TransactionEncoder.encode(withList(transaction)), random.nextInt(40) == 0, null);
  }

  private Transaction transfer(int sender, long nonce, int spread) {
    final long value = random.nextInt(10) == 0 ? TestChain.RICH.low() : random.nextInt(1_000_000);
    return TestChain.tx(sender, nonce).to(recipient(spread)).value(value).build();
  }

  private Address recipient(int spread) {
    if (random.nextInt(10) < hotShare) {
      return hot;
    }
    return random.nextInt(5) == 0
        ? new Address(Blake3.hash(new byte[] {(byte) random.nextInt(20)}))
        : TestChain.user(random.nextInt(spread));
  }

  private Transaction redeploy(int sender, long nonce) {
    // The same name may come up twice in one wave, and calls to it may come before it.
    final String name = "token-" + random.nextInt(4);
    final Address address = Addresses.contract(name);
    if (!tokens.contains(address)) {
      tokens.add(address);
    }
    return TestChain.tx(sender, nonce)
        .type(TransactionType.DEPLOY)
        .gas(random.nextInt(5) == 0 ? 50_000 : 100_000_000)
        .data(new DeployData(name, TOKEN, 0, U128.of(1_000).toBytes()).encode())
        .build();
  }

  /** Signed by two of the three, in the middle of a wave. */
  private Transaction emergency(TransactionType type) {
    return TestChain.tx(9, nonces[9]++).type(type).data(bundle(new byte[0])).build();
  }

  private static byte[] bundle(byte[] payload) {
    final BorshWriter out = new BorshWriter().fixed(payload).u32(2);
    for (int signer = 0; signer < 2; signer++) {
      out.u32(signer).bytes(new byte[] {TestChain.key(signer + 1)[896]});
    }
    return out.toBytes();
  }

  /** Every type there is, with a payload that is right, nearly right or rubbish. */
  private Transaction anyType(int sender, long nonce) {
    final TransactionType[] types = TransactionType.values();
    final TransactionType type = types[random.nextInt(types.length)];
    final byte[] data = new byte[random.nextInt(3) * 32];
    random.nextBytes(data);
    final byte[] payload =
        switch (type) {
          case STAKE_DEPOSIT -> TestChain.key(random.nextInt(SENDERS));
          case DEPOSIT_GAS_TANK -> tokens.getFirst().toBytes();
          case MULTISIG ->
              bundle(
                  new BorshWriter()
                      .hash32(TestChain.user(random.nextInt(SENDERS)).raw())
                      .fixed(U128.of(random.nextInt(10)).toBytes())
                      .toBytes());
          case COMMIT -> Arrays.copyOf(data, 48);
          default -> data;
        };
    return TestChain.tx(sender, nonce)
        .type(type)
        .value(random.nextBoolean() ? 1_000_000_000L : 0)
        .data(payload)
        .build();
  }

  /** Nested calls, traps, reverts and loops that run out of fuel. */
  private Transaction puppet(int sender, long nonce) {
    return TestChain.tx(sender, nonce)
        .to(Addresses.contract("puppet"))
        .value(random.nextInt(4) == 0 ? random.nextInt(1_000) : 0)
        .gas(random.nextInt(8) == 0 ? 30_000 : 1_000_000)
        .data(new CallPayload("run", script(2)).encode())
        .build();
  }

  private byte[] script(int depth) {
    final Puppets.Script script = Puppets.script();
    for (int i = random.nextInt(6); i > 0; i--) {
      final Hash32 key = Blake3.hash(new byte[] {(byte) random.nextInt(5)});
      switch (random.nextInt(12)) {
        case 0, 1 -> script.store(key, new byte[] {(byte) random.nextInt()});
        case 2 -> script.delete(key);
        case 3, 4 -> script.load(key);
        case 5 -> script.emit(key, new byte[random.nextInt(4)]);
        case 6 -> script.burn(random.nextInt(20) == 0 ? 100_000_000 : random.nextInt(100));
        case 7 -> {
          if (depth > 0) {
            script.call(
                random.nextInt(3),
                Addresses.contract("puppet"),
                random.nextInt(3) == 0 ? random.nextInt(100) : 0,
                random.nextInt(5) == 0 ? 2_000 : -1,
                random.nextInt(3),
                script(depth - 1));
          }
        }
        case 8, 9 -> script.transfer(recipient(SENDERS), random.nextInt(100));
        case 10 -> script.balance(random.nextBoolean() ? hot : recipient(SENDERS));
        default -> {
          if (random.nextInt(4) == 0) {
            script.trap();
          } else if (random.nextInt(4) == 0) {
            script.revert();
          }
        }
      }
    }
    return script.done();
  }

  private Transaction call(int sender, long nonce, int spread) {
    final Address token = tokens.get(random.nextInt(tokens.size()));
    final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
    arguments.writeBytes(TestChain.user(random.nextInt(spread)).toBytes());
    final String function =
        switch (random.nextInt(8)) {
          case 0 -> "balance_of";
          case 1 -> "no_such_function";
          default -> {
            arguments.writeBytes(U128.of(random.nextInt(3_000)).toBytes());
            yield "transfer";
          }
        };
    return TestChain.tx(sender, nonce)
        .to(token)
        .value(random.nextInt(10) == 0 ? 5 : 0)
        .gas(random.nextInt(10) == 0 ? 21_000 + random.nextInt(20_000) : 1_000_000)
        .data(new CallPayload(function, arguments.toByteArray()).encode())
        .build();
  }

  /** Absent, plausible, wrong or hostile: lists may change the order of work and nothing else. */
  private Transaction withList(Transaction t) {
    final List<AccessEntry> list = new ArrayList<>();
    if (random.nextInt(12) == 0) {
      list.add(everything(t.to()));
    } else if (random.nextBoolean()) {
      for (int i = random.nextInt(4); i > 0; i--) {
        final Address about = random.nextBoolean() ? t.to() : TestChain.user(random.nextInt(3));
        list.add(
            new AccessEntry(
                about,
                List.of(StateKeys.storageSlot(about, random.nextInt(2)).raw()),
                random.nextBoolean()));
      }
    }
    return new Transaction(
        t.from(),
        t.to(),
        t.value(),
        t.data(),
        t.gasLimit(),
        t.nonce(),
        t.signature(),
        payer(),
        list,
        t.hasDeadline(),
        t.deadline(),
        t.chainId(),
        t.type());
  }

  /** Makes everybody who says the same wait for everybody else, and fetches what nobody needs. */
  private AccessEntry everything(Address about) {
    final List<Hash32> slots = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      slots.add(StateKeys.storageSlot(about, i).raw());
    }
    return new AccessEntry(about, slots, true);
  }

  /** Now and then somebody else, who may refuse. */
  private FeePayer payer() {
    return switch (random.nextInt(24)) {
      case 0 -> FeePayer.GAS_TANK;
      case 1 -> new FeePayer.Paymaster(Addresses.contract("puppet"));
      default -> FeePayer.SENDER;
    };
  }
}
