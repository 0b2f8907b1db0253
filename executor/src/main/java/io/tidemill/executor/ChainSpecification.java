package io.tidemill.executor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rules hold in which wave: the whole consensus history of a chain, so that a wave is
 * replayed under the rules it was executed with. Source: decisions O6.
 *
 * @param activations ascending by wave, the first at wave 0
 */
public record ChainSpecification(List<Activation> activations) {
  /** {@code rules} hold from {@code wave} on. */
  public record Activation(long wave, Rules rules) {}

  public ChainSpecification {
    activations = List.copyOf(activations);
    if (activations.isEmpty() || activations.getFirst().wave() != 0) {
      throw new IllegalArgumentException("the first activation must be at wave 0");
    }
    final long chainId = activations.getFirst().rules().chainId();
    for (int i = 1; i < activations.size(); i++) {
      final Activation activation = activations.get(i);
      if (activation.wave() <= activations.get(i - 1).wave()) {
        throw new IllegalArgumentException(
            "activation "
                + i
                + " at wave "
                + activation.wave()
                + " does not follow its predecessor");
      }
      if (activation.rules().chainId() != chainId) {
        throw new IllegalArgumentException(
            "activation " + i + " at wave " + activation.wave() + " changes the chain id");
      }
    }
  }

  /** The same rules for ever. */
  public static ChainSpecification always(Rules rules) {
    return new ChainSpecification(List.of(new Activation(0, rules)));
  }

  /** The rules of {@code wave}. */
  public Rules rulesAt(long wave) {
    Rules rules = activations.getFirst().rules();
    for (Activation activation : activations) {
      if (activation.wave() <= wave) {
        rules = activation.rules();
      }
    }
    return rules;
  }

  /** The first activation after {@code wave}, or null. */
  public @Nullable Activation nextAfter(long wave) {
    for (Activation activation : activations) {
      if (activation.wave() > wave) {
        return activation;
      }
    }
    return null;
  }

  /** The id of the chain, which no activation changes. */
  public long chainId() {
    return activations.getFirst().rules().chainId();
  }
}
