package io.tidemill.client.consensus;

import com.google.protobuf.ByteString;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.RulesInfo;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the nodes said their rules are. Nodes under other rules cannot agree, so that the handshake
 * is the place to find out, and not the first wave whose root differs. Safe for use by many
 * threads.
 */
final class Rulebooks {
  private final Map<String, GetInfoResponse> said = new TreeMap<>();

  /**
   * Compares the rules of {@code node} with those of every other one.
   *
   * @throws IllegalArgumentException if they differ; the message says between whom and how
   */
  synchronized void compare(String node, GetInfoResponse info) {
    said.put(node, info);
    for (Map.Entry<String, GetInfoResponse> other : said.entrySet()) {
      final GetInfoResponse there = other.getValue();
      // Nodes may stand at different waves: the one with the older rules is asked what comes next.
      if (info.getRules().getActivationWave() <= there.getRules().getActivationWave()) {
        compare(node, info, other.getKey(), there);
      } else {
        compare(other.getKey(), there, node, info);
      }
    }
  }

  private static void compare(
      String behind, GetInfoResponse older, String ahead, GetInfoResponse newer) {
    if (older.getRules().getActivationWave() == newer.getRules().getActivationWave()) {
      same(behind, older.getRules(), ahead, newer.getRules());
      if (newer.hasNextRules()) {
        planned(behind, older, ahead, newer.getNextRules());
      }
      if (older.hasNextRules()) {
        planned(ahead, newer, behind, older.getNextRules());
      }
    } else {
      planned(behind, older, ahead, newer.getRules());
    }
  }

  /** What {@code other} follows from some wave on must be in the plan of {@code one}. */
  private static void planned(String one, GetInfoResponse its, String other, RulesInfo rules) {
    final long from = rules.getActivationWave();
    if (!its.hasNextRules() || its.getNextRules().getActivationWave() > from) {
      throw new IllegalArgumentException(
          "%s has rules %s from wave %d on, and %s has none for that wave: give both the same chain file"
              .formatted(other, hex(rules.getRulesHash()), from, one));
    }
    // Else several changes lie between them, of which a node tells only the next one.
    if (its.getNextRules().getActivationWave() == from) {
      same(one, its.getNextRules(), other, rules);
    }
  }

  private static void same(String one, RulesInfo its, String other, RulesInfo others) {
    if (!its.getRulesHash().equals(others.getRulesHash())) {
      throw new IllegalArgumentException(
          "from wave %d on %s has rules %s and %s has rules %s: they can never agree; give both the same chain file"
              .formatted(
                  its.getActivationWave(),
                  one,
                  hex(its.getRulesHash()),
                  other,
                  hex(others.getRulesHash())));
    }
  }

  private static String hex(ByteString hash) {
    return HexFormat.of().formatHex(hash.toByteArray());
  }
}
