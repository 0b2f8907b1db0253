package io.tidemill.executor.host;

import io.tidemill.executor.Event;
import io.tidemill.executor.host.HostFunction.Price;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What contracts say to the outside. The second argument tells the generations apart: 1 to 4
 * topics, or 32, the length of the one topic of the older shape. Source: host-abi 2.7, 2.3.
 */
public final class Events {
  private Events() {}

  /** Emits under the frame's own address. */
  public static int emitEvent(Instance instance, int topics, int count, int data, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.EMIT_EVENT);
    return emit(context, instance, HostFunction.EMIT_EVENT, topics, count, data, length);
  }

  /** The same for parachains. */
  public static int parachainEmitEvent(
      Instance instance, int topics, int count, int data, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.PARACHAIN_EMIT_EVENT);
    if (!context.parachain) {
      return HostCode.PARACHAIN_ONLY;
    }
    return emit(context, instance, HostFunction.PARACHAIN_EMIT_EVENT, topics, count, data, length);
  }

  private static int emit(
      CallContext context,
      Instance instance,
      HostFunction function,
      int topics,
      int count,
      int data,
      int length) {
    final boolean legacy = count == Hash32.LENGTH;
    final int topicCount = legacy ? 1 : count;
    if (topicCount < 1
        || topicCount > context.tx.limits.maxTopics()
        || length < 0
        || length > context.tx.limits.maxEventDataBytes()) {
      return HostCode.INVALID_INPUT;
    }
    final Price price =
        legacy ? context.tx.prices.ofLegacy(function) : context.tx.prices.of(function);
    instance.charge(price.item() * topicCount + CallContext.perBytes(price, length));
    instance.memory.check(topics, topicCount * Hash32.LENGTH);
    final List<Hash32> list = new ArrayList<>(topicCount);
    for (int i = 0; i < topicCount; i++) {
      list.add(context.readHash(instance, topics + i * Hash32.LENGTH));
    }
    final byte[] bytes = instance.memory.read(data, length);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    final Event event = new Event(context.self, list, bytes);
    context.tx.overlay.emit(event);
    if (context.tx.tracer != null) {
      context.tx.tracer.event(event);
    }
    return HostCode.OK;
  }
}
