package io.tidemill.executor.nativetx;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Why a validator is to be slashed. Borsh: tag 1 Safety {offense u8, offender 32, epoch u64, round
 * u64, view u64, message_a bytes, signature_a bytes, message_b bytes, signature_b bytes, reporter
 * option 32}; tag 2 Structural and tag 3 Liveness {offense u8, offender 32, epoch u64}.
 *
 * <p>A safety message starts with offense u8, epoch u64, round u64, view u64 and has at least 32
 * bytes more, so that neither a transaction hash nor votes of different rounds can be passed off as
 * a contradiction. Structural and liveness evidence proves nothing by itself: it counts only as a
 * system entry, which the consensus vouches for. Source: state-and-transactions 1.12; order and
 * message header ours.
 *
 * @param kind 1, 2 or 3
 * @param offense the number in the table, from 1
 */
public record SlashEvidence(
    int kind,
    int offense,
    Address offender,
    long epoch,
    long round,
    long view,
    byte[] messageA,
    byte[] signatureA,
    byte[] messageB,
    byte[] signatureB,
    @Nullable Address reporter) {
  /** Two signed messages that contradict each other. */
  public static final int SAFETY = 1;

  private static final int LIVENESS = 3;
  private static final int HEADER = 1 + 8 + 8 + 8;
  private static final int MIN_MESSAGE = HEADER + 32;
  private static final byte[] NONE = new byte[0];

  /** The evidence in {@code bytes}, or null when it is none. */
  public static @Nullable SlashEvidence decode(byte[] bytes) {
    try {
      final BorshReader in = new BorshReader(bytes);
      final int kind = in.tag("evidence", LIVENESS + 1);
      if (kind == 0) {
        return null;
      }
      final int offense = in.u8("offense");
      final Address offender = new Address(in.hash32("offender"));
      final long epoch = in.u64("epoch");
      if (kind != SAFETY) {
        in.end("evidence");
        return new SlashEvidence(
            kind, offense, offender, epoch, 0, 0, NONE, NONE, NONE, NONE, null);
      }
      final long round = in.u64("round");
      final long view = in.u64("view");
      final byte[] messageA = in.bytes("message_a");
      final byte[] signatureA = in.bytes("signature_a");
      final byte[] messageB = in.bytes("message_b");
      final byte[] signatureB = in.bytes("signature_b");
      final Address reporter = in.option("reporter") ? new Address(in.hash32("reporter")) : null;
      in.end("evidence");
      return new SlashEvidence(
          kind,
          offense,
          offender,
          epoch,
          round,
          view,
          messageA,
          signatureA,
          messageB,
          signatureB,
          reporter);
    } catch (BorshException e) {
      return null;
    }
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    final BorshWriter out = new BorshWriter(2_048);
    out.u8(kind).u8(offense).hash32(offender.raw()).u64(epoch);
    if (kind == SAFETY) {
      out.u64(round).u64(view).bytes(messageA).bytes(signatureA).bytes(messageB).bytes(signatureB);
      out.bool(reporter != null);
      if (reporter != null) {
        out.hash32(reporter.raw());
      }
    }
    return out.toBytes();
  }

  /** Whether the messages contradict each other and {@code publicKey} signed both. */
  boolean isProven(byte[] publicKey, SignatureVerifier verifier) {
    return kind == SAFETY
        && isAbout(messageA)
        && isAbout(messageB)
        && !Arrays.equals(messageA, messageB)
        && verifier.verify(publicKey, messageA, signatureA)
        && verifier.verify(publicKey, messageB, signatureB);
  }

  private boolean isAbout(byte[] message) {
    final byte[] header =
        new BorshWriter(HEADER).u8(offense).u64(epoch).u64(round).u64(view).toBytes();
    return message.length >= MIN_MESSAGE && Arrays.equals(header, 0, HEADER, message, 0, HEADER);
  }
}
