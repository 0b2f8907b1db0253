package io.tidemill.server.wire;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.NodeLimits;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.pipeline.Position;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.Limits;
import io.tidemill.v1.RulesInfo;
import java.util.Locale;

/** What a node says about itself. */
public final class InfoCodec {
  private static final int PROTOCOL_VERSION = 1;

  private final NodeFacts facts;
  private final ChainSpecification chain;
  private final SidecarConfig config;

  public InfoCodec(NodeFacts facts, ChainSpecification chain, SidecarConfig config) {
    this.facts = facts;
    this.chain = chain;
    this.config = config;
  }

  /** The answer of GetInfo. */
  public GetInfoResponse info(Position position, NodeHealth.Report health, long oldestStateWave) {
    final long next = position.expectedWave();
    final GetInfoResponse.Builder builder =
        GetInfoResponse.newBuilder()
            .setVersion(facts.version())
            .setProtocolVersion(PROTOCOL_VERSION)
            .setChainId(chain.chainId())
            .setState(
                switch (health.state()) {
                  case STARTING -> GetInfoResponse.State.STATE_STARTING;
                  case SERVING -> GetInfoResponse.State.STATE_SERVING;
                  case LAGGING -> GetInfoResponse.State.STATE_LAGGING;
                  case DRAINING -> GetInfoResponse.State.STATE_DRAINING;
                  case FAULTED -> GetInfoResponse.State.STATE_FAULTED;
                })
            .setFault(health.state() == NodeHealth.State.FAULTED ? health.detail() : "")
            .setHead(AnswerCodec.ref(position.head()))
            .setExpectedWave(next)
            .setExpectedParentRoot(Fields.bytes(position.expectedParent()))
            .setOldestStateWave(oldestStateWave)
            .setRules(rules(next))
            .setLimits(limits(chain.rulesAt(next)))
            .addAllFeatures(facts.features())
            .setInstanceId(facts.instanceId());
    if (position.pending() != null) {
      builder.setPending(AnswerCodec.ref(position.pending()));
    }
    final ChainSpecification.Activation activation = chain.nextAfter(next);
    if (activation != null) {
      builder.setNextRules(
          rules(activation.wave()).toBuilder().setActivationWave(activation.wave()));
    }
    return builder.build();
  }

  private RulesInfo rules(long wave) {
    final Rules rules = chain.rulesAt(wave);
    return RulesInfo.newBuilder()
        .setRulesHash(Fields.bytes(rules.hash()))
        .setProfile(rules.profile().name().toLowerCase(Locale.ROOT))
        .setSignaturePolicy(rules.signatures().name().toLowerCase(Locale.ROOT))
        .setFloatPolicy(rules.floats() == Rules.Floats.DENY ? "deny" : "canonicalize")
        .setAbiVersion(rules.execution().maxAbiVersion())
        .build();
  }

  /** Every limit in the field of its name, with {@code max_} before it where it has that. */
  private Limits limits(Rules rules) {
    final NodeLimits values = new NodeLimits(config, facts, rules);
    final Limits.Builder builder = Limits.newBuilder();
    for (Limit limit : Limit.values()) {
      final FieldDescriptor field = field(limit);
      final long value = values.of(limit);
      builder.setField(
          field,
          switch (field.getJavaType()) {
            case BYTE_STRING -> Fields.bytes(U128.of(value));
            case INT -> (int) value;
            default -> value;
          });
    }
    return builder.build();
  }

  /** The field of {@link Limits} that holds {@code limit}. */
  static FieldDescriptor field(Limit limit) {
    final FieldDescriptor most = Limits.getDescriptor().findFieldByName("max_" + limit.key());
    final FieldDescriptor field =
        most != null ? most : Limits.getDescriptor().findFieldByName(limit.key());
    if (field == null) {
      throw new IllegalStateException("the message Limits has no field for " + limit);
    }
    return field;
  }
}
