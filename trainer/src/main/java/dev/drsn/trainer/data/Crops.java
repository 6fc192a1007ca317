package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A data set's pictures, decoded, cut and resized: every picture is read once, so that a broken one
 * is found before the first epoch, and its crop stays in memory as bytes while there is room. Crops
 * beyond that are read again whenever they are wanted and are the same bytes.
 */
public final class Crops {

  /** A picture that cannot be used, and why. */
  public record Rejected(String name, String reason) {}

  private final DataSet data;
  private final Preprocess preprocess;
  private final List<Rejected> rejected;
  private final byte[][] pixels;

  private Crops(DataSet data, Preprocess preprocess, List<Rejected> rejected, byte[][] pixels) {
    this.data = data;
    this.preprocess = preprocess;
    this.rejected = List.copyOf(rejected);
    this.pixels = pixels;
  }

  /**
   * Reads every picture of a data set, keeping up to a quarter of the Java heap.
   *
   * @param strict whether a picture that cannot be read is an error; otherwise it is left out
   * @param workers threads that read
   * @param progress is told how many pictures are read so far, from any thread
   * @throws DrsnException for a picture that cannot be read when strict, and when none can
   */
  public static Crops read(
      DataSet data, Preprocess preprocess, boolean strict, int workers, IntConsumer progress) {
    long room = Runtime.getRuntime().maxMemory() / 4;
    return read(data, preprocess, strict, workers, progress, room);
  }

  static Crops read(
      DataSet data,
      Preprocess preprocess,
      boolean strict,
      int workers,
      IntConsumer progress,
      long room) {
    List<Sample> samples = data.samples();
    int kept = (int) Math.min(samples.size(), room / preprocess.elements());
    byte[][] pixels = new byte[samples.size()][];
    String[] reasons = new String[samples.size()];
    forEach(
        samples.size(),
        workers,
        progress,
        i -> {
          try {
            byte[] crop = crop(samples.get(i), preprocess);
            pixels[i] = i < kept ? crop : null;
          } catch (DrsnException e) {
            reasons[i] = e.getMessage();
          }
        });

    List<Sample> good = new ArrayList<>(samples.size());
    List<Rejected> rejected = new ArrayList<>();
    int used = 0;
    for (int i = 0; i < pixels.length; i++) {
      if (reasons[i] == null) {
        good.add(samples.get(i));
        pixels[used++] = pixels[i];
      } else {
        rejected.add(new Rejected(samples.get(i).name(), reasons[i]));
      }
    }
    if (!rejected.isEmpty() && (strict || good.isEmpty())) {
      throw new DrsnException(
          String.format(
              "%s: %d of %d images cannot be used; the first: %s",
              data.source(), rejected.size(), pixels.length, rejected.getFirst().reason()));
    }
    byte[][] goodPixels = Arrays.copyOf(pixels, used);
    return new Crops(data.withSamples(good), preprocess, rejected, goodPixels);
  }

  /** Does something for 0 ... n-1 on several threads; progress hears how many are done. */
  static void forEach(int n, int workers, IntConsumer progress, IntConsumer work) {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    Runnable share =
        () -> {
          for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
            work.accept(i);
            progress.accept(done.incrementAndGet());
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        running.add(threads.submit(share));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DrsnException("interrupted while reading images", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static byte[] crop(Sample sample, Preprocess preprocess) {
    return preprocess.crop(sample.source().read(), null).pixels();
  }

  /**
   * The same crops, spoilt: the same way each time.
   *
   * @param level 1 to {@link Corruption#LEVELS}
   */
  public Crops corrupted(Corruption corruption, int level, long seed) {
    byte[][] spoilt = new byte[size()][];
    Chance chance = new Chance(seed, 0);
    for (int i = 0; i < spoilt.length; i++) {
      chance.restart(seed, corruption.number() * 1000L + level, i);
      spoilt[i] =
          corruption.apply(pixels(i), preprocess.size(), preprocess.channels(), level, chance);
    }
    return new Crops(data, preprocess, List.of(), spoilt);
  }

  /** The data set without what was rejected. */
  public DataSet data() {
    return data;
  }

  /** How pictures were cut, and will be normalised. */
  public Preprocess preprocess() {
    return preprocess;
  }

  /** What was left out, in the data set's order. */
  public List<Rejected> rejected() {
    return rejected;
  }

  /** The number of crops. */
  public int size() {
    return data.samples().size();
  }

  /** The crop of sample i: [H, W, C], 8 bits; not to be written to. */
  public byte[] pixels(int i) {
    return pixels[i] != null ? pixels[i] : crop(data.samples().get(i), preprocess);
  }
}
