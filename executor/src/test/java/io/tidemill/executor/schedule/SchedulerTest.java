package io.tidemill.executor.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static StateKey key(int number) {
    return new StateKey(new Hash32(number, 0, 0, 0));
  }

  private static AccessSet writes(int... keys) {
    final List<StateKey> list = new ArrayList<>();
    for (int key : keys) {
      list.add(key(key));
    }
    return new AccessSet(List.of(), list);
  }

  private static AccessSet reads(int key) {
    return new AccessSet(List.of(key(key)), List.of());
  }

  @Test
  void shouldHoldBackATransactionUntilTheLastWriterOfItsKeysHasRun() {
    final Schedule schedule = Scheduler.plan(List.of(writes(1), writes(2), writes(1, 2), reads(1)));

    assertThat(schedule.waitsFor()).containsExactly(0, 0, 2, 1);
    assertThat(schedule.successors()[0]).containsExactly(2);
    assertThat(schedule.successors()[1]).containsExactly(2);
    assertThat(schedule.successors()[2]).containsExactly(3);
    assertThat(schedule.depth()).isEqualTo(3);
  }

  @Test
  void shouldNotHoldBackAWriterForAReaderBeforeIt() {
    final Schedule schedule = Scheduler.plan(List.of(reads(1), reads(1), writes(1)));

    assertThat(schedule.waitsFor()).containsExactly(0, 0, 0);
    assertThat(schedule.depth()).isEqualTo(1);
  }

  @Test
  void shouldCountAPredecessorOnceHoweverManyKeysAreShared() {
    final Schedule schedule = Scheduler.plan(List.of(writes(1, 2, 3), writes(1, 2, 3)));

    assertThat(schedule.waitsFor()).containsExactly(0, 1);
    assertThat(schedule.successors()[0]).containsExactly(1);
  }

  @Test
  void shouldPlanAnEmptyWave() {
    final Schedule schedule = Scheduler.plan(List.of());

    assertThat(schedule.size()).isZero();
    assertThat(schedule.depth()).isZero();
  }
}
