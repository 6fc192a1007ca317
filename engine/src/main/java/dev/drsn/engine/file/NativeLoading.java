package dev.drsn.engine.file;

/**
 * One loading of native libraries at a time: OpenCV's changes for a moment how JavaCPP loads any.
 */
public final class NativeLoading {

  private NativeLoading() {}

  /** Runs what loads libraries while nothing else that comes here does. */
  public static synchronized void alone(Runnable loading) {
    loading.run();
  }
}
