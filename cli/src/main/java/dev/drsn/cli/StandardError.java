package dev.drsn.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Gives the process its standard error back. The VM prints a warning about the incubating Vector
 * API before any code of ours runs and no flag stops it, so the launcher starts the VM with
 * standard error discarded and the true one kept as another descriptor, whose number is in {@code
 * drsn.stderr}.
 */
final class StandardError {
  private static final int STANDARD_ERROR = 2;

  private StandardError() {}

  static void restore() {
    Integer kept = Integer.getInteger("drsn.stderr");
    if (kept == null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    try {
      MethodHandle dup2 =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("dup2"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
      if ((int) dup2.invokeExact((int) kept, STANDARD_ERROR) < 0) {
        throw new IllegalStateException("no descriptor " + kept + " (property drsn.stderr)");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
