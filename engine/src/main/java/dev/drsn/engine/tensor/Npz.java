package dev.drsn.engine.tensor;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's .npz files: a zip of {@link Npy} files by name, which {@code numpy.load} opens as a
 * dictionary of arrays. Texts may lie beside the arrays; NumPy gives their bytes.
 *
 * @param arrays by name, without {@code .npy}
 * @param texts by the whole name of their entry
 */
public record Npz(SequencedMap<String, Tensor> arrays, SequencedMap<String, String> texts) {

  private static final String ARRAY = ".npy";

  public Npz {
    arrays = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(arrays));
    texts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(texts));
  }

  /** Writes a file: whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          zip.setLevel(Deflater.BEST_SPEED);
          for (Map.Entry<String, String> text : texts.entrySet()) {
            put(zip, text.getKey(), text.getValue().getBytes(StandardCharsets.UTF_8));
          }
          for (Map.Entry<String, Tensor> array : arrays.entrySet()) {
            put(zip, array.getKey() + ARRAY, Npy.encode(array.getValue()));
          }
          zip.finish();
        });
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    // Equal content gives equal files.
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /**
   * Reads a file.
   *
   * @throws DrsnException naming the file: missing, no zip, damaged
   */
  public static Npz read(Path file) {
    SequencedMap<String, Tensor> arrays = new LinkedHashMap<>();
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        byte[] content = zip.getInputStream(entry).readAllBytes();
        if (name.endsWith(ARRAY)) {
          String array = name.substring(0, name.length() - ARRAY.length());
          arrays.put(array, Npy.decode(content, file + ":" + name));
        } else {
          texts.put(name, new String(content, StandardCharsets.UTF_8));
        }
      }
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(
          file + " is no .npz file or a damaged one: " + e.getMessage() + "; write it again", e);
    }
    return new Npz(arrays, texts);
  }
}
