package io.tidemill.server.pipeline;

import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store on a disk that fails when a commit is written, once it is told to. */
final class FailingCommits {
  private final AtomicBoolean failing = new AtomicBoolean();

  void begin() {
    failing.set(true);
  }

  /** {@code store}, with commits that may fail. */
  StateStore over(StateStore store) {
    return (StateStore)
        Proxy.newProxyInstance(
            StateStore.class.getClassLoader(),
            new Class<?>[] {StateStore.class},
            (_, method, arguments) -> {
              try {
                final Object answer = method.invoke(store, arguments);
                return answer instanceof Proposal proposal ? new Failing(proposal) : answer;
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private final class Failing implements Proposal {
    private final Proposal proposal;

    Failing(Proposal proposal) {
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
      if (failing.get()) {
        throw new StateException("the disk is full");
      }
      proposal.commit(artifacts);
    }

    @Override
    public void discard() {
      proposal.discard();
    }
  }
}
