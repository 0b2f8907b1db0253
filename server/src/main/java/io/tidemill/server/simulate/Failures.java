package io.tidemill.server.simulate;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.server.errors.ErrorCatalogue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a call failed, in words. */
public final class Failures {
  private Failures() {}

  /** The failure that {@code receipt} tells of, or null; {@code backtrace} says where. */
  static Simulated.@Nullable Failure of(Receipt receipt, List<Frame.Site> backtrace) {
    if (receipt.status() == Receipt.Status.SUCCESS) {
      return null;
    }
    final String reason = text(receipt.returnData());
    final String name = ErrorCatalogue.get().receiptCodeName(receipt.code());
    return new Simulated.Failure(
        receipt.code(), reason.isEmpty() ? name : name + ": " + reason, reason, backtrace);
  }

  /** The payload as text: a Borsh string, or plain UTF-8 that prints; else empty. */
  public static String text(byte[] payload) {
    if (payload.length == 0) {
      return "";
    }
    try {
      final BorshReader in = new BorshReader(payload);
      final String text = in.string("reason");
      in.end("reason");
      return printable(text);
    } catch (BorshException e) {
      // Not a Borsh string; perhaps plain text.
    }
    try {
      return printable(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(payload))
              .toString());
    } catch (CharacterCodingException e) {
      return "";
    }
  }

  private static String printable(String text) {
    return text.chars().allMatch(c -> c >= 0x20 || c == '\n' || c == '\t') ? text : "";
  }
}
