package io.tidemill.server.grpc;

import io.grpc.stub.StreamObserver;

/** Takes the frames of a call that is closed already. */
final class Ignored {
  private Ignored() {}

  static <T> StreamObserver<T> frames() {
    return new StreamObserver<>() {
      @Override
      public void onNext(T frame) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }
}
