package io.tidemill.server.pipeline;

import io.tidemill.executor.Event;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveResult;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;

/** The chain's rules over time, and the executor's Borsh layouts. */
public interface Chain {
  /** The chain, which never changes. */
  long id();

  /** The rules of {@code wave}. */
  Rules rules(long wave);

  /** The first wave after {@code wave} with other rules, or -1. */
  long nextActivation(long wave);

  /** Identifies the input of a wave. */
  Hash32 contentHash(Wave wave);

  /** The rules hash of a wave. */
  Hash32 rulesHash(long wave);

  /** The bytes of a receipt. */
  byte[] receipt(Receipt receipt);

  /** The receipt in {@code bytes}. */
  Receipt receipt(byte[] bytes);

  /** The bytes of an event at its place. */
  byte[] event(Event event, long wave, int transactionIndex, int eventIndex);

  /** The wave commit record. */
  byte[] record(WaveResult result, StateRoot root);
}
