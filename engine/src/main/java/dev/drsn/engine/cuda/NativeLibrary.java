package dev.drsn.engine.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A shared library opened before JavaCPP asks for it: the loader gives whoever needs the same name
 * later the one that is open, wherever it lies; and what is missing is an answer here, where in
 * JavaCPP it would be an error that a process cannot recover from.
 *
 * @param name as the loader knows it: {@code libcudart.so.13}
 * @param path the file, or the name where the loader found it by itself
 */
record NativeLibrary(String name, String path, MemorySegment handle) {

  private static final int RTLD_LAZY = 1;
  private static final int RTLD_GLOBAL = 0x100;
  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle DLOPEN =
      downcall(
          "dlopen",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle DLSYM =
      downcall(
          "dlsym",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

  private static MethodHandle downcall(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /**
   * Opens a library for the rest of the process.
   *
   * @param first folders to look in before the loader's own places
   * @param then folders to look in after them
   */
  static Optional<NativeLibrary> open(String name, List<Path> first, List<Path> then) {
    return open(name, first).or(() -> open(name, name)).or(() -> open(name, then));
  }

  private static Optional<NativeLibrary> open(String name, List<Path> folders) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isReadable)
        .flatMap(file -> open(name, file.toString()).stream())
        .findFirst();
  }

  private static Optional<NativeLibrary> open(String name, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle =
          (MemorySegment) DLOPEN.invokeExact(arena.allocateFrom(path), RTLD_LAZY | RTLD_GLOBAL);
      return handle.address() == 0
          ? Optional.empty()
          : Optional.of(new NativeLibrary(name, path, handle));
    } catch (Throwable e) {
      throw new IllegalStateException("dlopen cannot be called", e);
    }
  }

  /** A function of this library. */
  MethodHandle function(String symbol, FunctionDescriptor descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = (MemorySegment) DLSYM.invokeExact(handle, arena.allocateFrom(symbol));
      if (address.address() == 0) {
        throw new IllegalStateException(path + " has no function " + symbol);
      }
      return LINKER.downcallHandle(address, descriptor);
    } catch (IllegalStateException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("dlsym cannot be called", e);
    }
  }

  /** Calls a function that takes integers and addresses and returns an integer. */
  int call(String symbol, Object... arguments) {
    ValueLayout[] layouts = new ValueLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
    }
    MethodHandle function = function(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(symbol + " cannot be called", e);
    }
  }

  /** Calls a function without arguments that returns a {@code size_t}. */
  long size(String symbol) {
    try {
      return (long) function(symbol, FunctionDescriptor.of(ValueLayout.JAVA_LONG)).invokeExact();
    } catch (IllegalStateException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(symbol + " cannot be called", e);
    }
  }
}
