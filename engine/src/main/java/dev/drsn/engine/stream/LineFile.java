package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A new text file that grows by whole lines: what was written of lines that did not fit on the disk
 * is taken back, so that they can be written again when there is room.
 */
final class LineFile implements AutoCloseable {

  private final FileChannel channel;
  private long end;

  /**
   * Creates the file.
   *
   * @throws DrsnException where there is one of that name already: results are never overwritten
   */
  LineFile(Path file) {
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new DrsnException(file + " exists; name a new file", e);
    } catch (IOException e) {
      throw new DrsnException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** For tests: writes to a channel that may fail. */
  LineFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Appends lines: all of them or, where it throws, none. */
  void append(String lines) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
    try {
      long at = end;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
      end = at;
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
  }

  /** Whether nothing has been written. */
  boolean isEmpty() {
    return end == 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
