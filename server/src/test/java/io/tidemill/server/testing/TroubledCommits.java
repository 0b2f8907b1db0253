package io.tidemill.server.testing;

import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A store on a disk that fails or takes long when a commit is written, once it is told to. */
public final class TroubledCommits {
  private final AtomicReference<Runnable> trouble = new AtomicReference<>(() -> {});

  /** From now on no commit succeeds. */
  public void fail() {
    trouble.set(
        () -> {
          throw new StateException("the disk is full");
        });
  }

  /** From now on commits wait for {@code go}; counted down when the first one does. */
  public CountDownLatch hold(CountDownLatch go) {
    final CountDownLatch reached = new CountDownLatch(1);
    trouble.set(
        () -> {
          reached.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new StateException("interrupted", e);
          }
        });
    return reached;
  }

  /** {@code store}, with commits that may fail or wait. */
  public StateStore over(StateStore store) {
    return (StateStore)
        Proxy.newProxyInstance(
            StateStore.class.getClassLoader(),
            new Class<?>[] {StateStore.class},
            (_, method, arguments) -> {
              try {
                final Object answer = method.invoke(store, arguments);
                return answer instanceof Proposal proposal ? new Troubled(proposal) : answer;
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private final class Troubled implements Proposal {
    private final Proposal proposal;

    Troubled(Proposal proposal) {
      this.proposal = proposal;
    }

    @Override
    public long wave() {
      return proposal.wave();
    }

    @Override
    public StateRoot root() {
      return proposal.root();
    }

    @Override
    public Snapshot snapshot() {
      return proposal.snapshot();
    }

    @Override
    public void commit(WaveArtifacts artifacts) {
      trouble.get().run();
      proposal.commit(artifacts);
    }

    @Override
    public void discard() {
      proposal.discard();
    }
  }
}
