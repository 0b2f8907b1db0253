package io.tidemill.state;

/** Where a receipt is: its wave and its transaction index in the wave. */
public record ReceiptLocation(long wave, int index) {}
