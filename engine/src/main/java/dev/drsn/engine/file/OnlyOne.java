package dev.drsn.engine.file;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second process, or a second part of this one, from what one at a time may do. It ends
 * with its process, however that ends; the file stays and means nothing by itself.
 */
public final class OnlyOne implements AutoCloseable {

  private final FileChannel channel;

  private OnlyOne(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the place.
   *
   * @param file to be locked, made where it is missing; nobody else may open it
   * @param taken what the error says where somebody is there already
   */
  public static OnlyOne at(Path file, String taken) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new OnlyOne(channel);
      }
      channel.close();
      throw new DrsnException(taken);
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
      throw new DrsnException(taken, e);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new DrsnException("cannot lock " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException _) {
      // The lock goes with the process at the latest.
    }
  }
}
