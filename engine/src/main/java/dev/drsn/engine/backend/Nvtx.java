package dev.drsn.engine.backend;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Named ranges for NVIDIA's profilers (NVTX 3), which show them above the kernels that they
 * enclose. The library comes with CUDA and its profilers; where it is not found nothing happens.
 * {@code -Ddrsn.nvtx=FILE} names another one.
 *
 * <p>Ranges are a stack a thread of the system, so a virtual thread, which may go on in another one
 * between push and pop, has none.
 */
final class Nvtx {
  private static final String LIBRARY = "libnvtx3interop.so.1";

  private static final MethodHandle PUSH;
  private static final MethodHandle POP;

  static {
    MethodHandle push = null;
    MethodHandle pop = null;
    try {
      String name = System.getProperty("drsn.nvtx", LIBRARY);
      SymbolLookup library = SymbolLookup.libraryLookup(name, Arena.global());
      Linker linker = Linker.nativeLinker();
      push =
          linker.downcallHandle(
              library.findOrThrow("nvtxRangePushA"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      pop =
          linker.downcallHandle(
              library.findOrThrow("nvtxRangePop"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    } catch (RuntimeException _) {
      // None of the library, or another one of that name: no ranges.
      push = null;
    }
    PUSH = push;
    POP = pop;
  }

  private Nvtx() {}

  /** A range's name as the library takes it; null where there is none. */
  static MemorySegment name(String text) {
    return PUSH == null ? null : Arena.ofAuto().allocateFrom(text);
  }

  /**
   * Begins a range on this thread.
   *
   * @param name from {@link #name}
   * @return whether {@link #pop} must end it
   */
  static boolean push(MemorySegment name) {
    if (PUSH == null || Thread.currentThread().isVirtual()) {
      return false;
    }
    try {
      int _ = (int) PUSH.invokeExact(name);
      return true;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Ends this thread's newest range. */
  static void pop() {
    try {
      int _ = (int) POP.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
