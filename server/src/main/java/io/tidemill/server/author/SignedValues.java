package io.tidemill.server.author;

import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that begin with {@code @}: keys, their hashes, and signatures over arguments that
 * stand to the left. Source: manifest-and-tests 2.8.
 */
final class SignedValues implements ValueEncoder.Specials {
  private static final Pattern ARGUMENT = Pattern.compile("args\\.(\\d{1,3})");
  private static final Pattern MULTISIG =
      Pattern.compile(
          "multisig_v1_digest\\(args\\.(\\d{1,3}),args\\.(\\d{1,3}),args\\.(\\d{1,3})\\)");

  private final TestWorld world;
  private final List<byte[]> arguments;
  private final long chainId;

  /** {@code arguments} are the contents of those already encoded. */
  SignedValues(TestWorld world, List<byte[]> arguments, long chainId) {
    this.world = world;
    this.arguments = arguments;
    this.chainId = chainId;
  }

  @Override
  public byte @Nullable [] bytes(String text) throws ValueException {
    if (text.startsWith("@pubkey:")) {
      return publicKey(text.substring(8));
    }
    if (text.startsWith("@pubkey_hash:")) {
      return Poseidon2.hash(publicKey(text.substring(13))).toBytes();
    }
    if (text.startsWith("@sig:")) {
      final int colon = text.indexOf(':', 5);
      if (colon < 0) {
        throw new ValueException(text + " does not say what is signed");
      }
      final String name = text.substring(5, colon);
      final Falcon key = world.key(name);
      if (key == null) {
        throw new ValueException(name + " has no keypair = \"falcon512\"");
      }
      return key.sign(message(text.substring(colon + 1).replace(" ", "")));
    }
    return null;
  }

  private byte[] publicKey(String name) throws ValueException {
    final byte[] key = world.publicKey(name);
    if (key == null) {
      throw new ValueException(name + " has neither a keypair nor a pubkey");
    }
    return key;
  }

  private byte[] argument(String index) throws ValueException {
    final int position = Integer.parseInt(index);
    if (position >= arguments.size()) {
      throw new ValueException("args." + position + " does not stand to the left");
    }
    return arguments.get(position);
  }

  private byte[] message(String what) throws ValueException {
    final Matcher argument = ARGUMENT.matcher(what);
    if (argument.matches()) {
      return argument(argument.group(1));
    }
    final Matcher multisig = MULTISIG.matcher(what);
    if (multisig.matches()) {
      final ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes("PYDE-MULTISIG-V1".getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(world.primary().address().toBytes());
      for (int shift = 0; shift < 64; shift += 8) {
        out.write((int) (chainId >>> shift));
      }
      for (int group = 1; group <= 3; group++) {
        out.writeBytes(argument(multisig.group(group)));
      }
      return Poseidon2.hash(out.toByteArray()).toBytes();
    }
    throw new ValueException(what + " is nothing that can be signed");
  }
}
