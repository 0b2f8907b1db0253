package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.NodeLimits;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.pipeline.Position;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.StateStore.Head;
import java.util.List;

/** {@code tidemill_getInfo}: what the node is, where it stands, what it accepts. */
final class InfoMethod {
  private final NodeFacts facts;
  private final ChainSpecification chain;
  private final SidecarConfig config;
  private final ChainReader reader;
  private final NodeHealth health;

  InfoMethod(
      NodeFacts facts,
      ChainSpecification chain,
      SidecarConfig config,
      ChainReader reader,
      NodeHealth health) {
    this.facts = facts;
    this.chain = chain;
    this.config = config;
    this.reader = reader;
    this.health = health;
  }

  List<Method> methods() {
    return List.of(
        new Method("tidemill_getInfo", List.of(), params -> info()),
        new Method(
            "pyde_chainId", List.of(), params -> JsonViews.NODES.numberNode(chain.chainId())));
  }

  private JsonNode info() {
    final Position position = reader.position();
    final NodeHealth.Report report = health.report();
    final long next = position.expectedWave();
    final ObjectNode view =
        JsonViews.NODES
            .objectNode()
            .put("version", facts.version())
            .put("instance_id", facts.instanceId())
            .put("chain_id", chain.chainId())
            .put("state", JsonViews.lower(report.state()))
            .put("fault", report.detail().isEmpty() ? null : report.detail());
    view.set("head", head(position.head()));
    final Head pending = position.pending();
    view.set("pending", pending == null ? JsonViews.NODES.nullNode() : head(pending));
    view.put("expected_wave", next)
        .put("expected_parent_root", JsonViews.hex(position.expectedParent()))
        .put("oldest_state_wave", reader.store().oldestWave());
    final Rules rules = chain.rulesAt(next);
    final ChainSpecification.Activation activation = chain.nextAfter(next);
    view.putObject("rules")
        .put("rules_hash", JsonViews.hex(rules.hash()))
        .put("profile", JsonViews.lower(rules.profile()))
        .put("signatures", JsonViews.lower(rules.signatures()))
        .put("next_activation_wave", activation == null ? null : activation.wave());
    final NodeLimits values = new NodeLimits(config, facts, rules);
    final ObjectNode limits = view.putObject("limits");
    for (Limit limit : Limit.values()) {
      limits.put(limit.key(), values.of(limit));
    }
    final ArrayNode features = view.putArray("features");
    facts.features().forEach(features::add);
    return view;
  }

  private static ObjectNode head(Head head) {
    return JsonViews.NODES
        .objectNode()
        .put("wave", head.wave())
        .put("root", JsonViews.hex(head.root().blake3()));
  }
}
