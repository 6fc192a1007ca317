package dev.drsn.engine.file;

import dev.drsn.engine.DrsnException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file whole or not at all: the content goes to a file beside the target, is forced to the
 * disk and takes the target's name in one step. Whoever reads the target meanwhile, or after a full
 * disk or a power cut, finds the earlier content or the new one, never a part.
 */
public final class AtomicFile {

  private AtomicFile() {}

  /** Produces a file's content. */
  @FunctionalInterface
  public interface Content {

    /** Writes everything; the stream is buffered and is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing an earlier one. Devices and pipes ({@code /dev/stdout}) have no
   * earlier content and are written directly.
   *
   * @throws DrsnException where the content cannot be written; an earlier file is then as it was
   */
  public static void write(Path target, Content content) {
    try {
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        writeDirectly(target, content);
      } else {
        // The rename must replace what a symbolic link points at, not the link.
        writeAside(Files.exists(target) ? target.toRealPath() : target.toAbsolutePath(), content);
      }
    } catch (IOException e) {
      throw new DrsnException(
          "cannot write " + target + ": " + reason(e) + "; nothing there was changed", e);
    }
  }

  /** Writes a text in UTF-8, replacing an earlier file. */
  public static void write(Path target, String text) {
    write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void writeDirectly(Path target, Content content) throws IOException {
    if (Files.isDirectory(target)) {
      throw new FileSystemException(target.toString(), null, "it is a folder");
    }
    try (OutputStream out = new BufferedOutputStream(new FileOutputStream(target.toFile()))) {
      content.writeTo(out);
    }
  }

  private static void writeAside(Path target, Content content) throws IOException {
    Path folder = target.getParent();
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(target.toString(), null, "there is no folder " + folder);
    }
    Path aside = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      // Not a channel: an interrupted thread would close it in the middle of a write.
      try (FileOutputStream file = new FileOutputStream(aside.toFile())) {
        BufferedOutputStream out = new BufferedOutputStream(file, 1 << 16);
        content.writeTo(out);
        out.flush();
        file.getFD().sync();
      }
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
    force(folder);
  }

  /** Makes the rename itself survive a power cut, where the file system lets folders be forced. */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      // The file is complete under its name; only its survival of a power cut is not promised.
    }
  }

  private static String reason(IOException e) {
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
  }
}
