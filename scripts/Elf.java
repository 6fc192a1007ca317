import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A 64-bit little-endian ELF library: its dynamic section and its dynamic symbols. */
record Elf(byte[] bytes, ByteBuffer elf) {
  private static final int DYNAMIC = 6;
  private static final int SYMBOLS = 11;

  Elf(byte[] bytes) {
    this(bytes, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** What it needs to load. */
  List<String> needed() {
    List<String> names = new ArrayList<>();
    each(
        DYNAMIC,
        16,
        (at, strings) -> {
          if (elf.getLong(at) == 1) {
            names.add(text(strings + (int) elf.getLong(at + 8)));
          }
        });
    return names;
  }

  /** Functions that it has, or that it calls in others. */
  List<String> symbols(boolean own) {
    List<String> names = new ArrayList<>();
    each(
        SYMBOLS,
        24,
        (at, strings) -> {
          if (elf.getShort(at + 6) != 0 == own) {
            names.add(text(strings + elf.getInt(at)));
          }
        });
    return names;
  }

  /** Calls with the place of each entry of a kind of section, and that of its strings. */
  private void each(int kind, int entry, BiConsumer<Integer, Integer> use) {
    int sections = (int) elf.getLong(0x28);
    int size = elf.getShort(0x3a);
    for (int i = 0; i < elf.getShort(0x3c); i++) {
      int section = sections + i * size;
      if (elf.getInt(section + 4) == kind) {
        int strings = (int) elf.getLong(sections + elf.getInt(section + 0x28) * size + 0x18);
        int from = (int) elf.getLong(section + 0x18);
        int to = from + (int) elf.getLong(section + 0x20);
        for (int at = from; at < to; at += entry) {
          use.accept(at, strings);
        }
      }
    }
  }

  private String text(int begin) {
    int end = begin;
    while (bytes[end] != 0) {
      end++;
    }
    return new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
  }
}
