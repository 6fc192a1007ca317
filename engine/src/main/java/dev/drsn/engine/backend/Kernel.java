package dev.drsn.engine.backend;

/**
 * How one backend computes one operation at fixed layouts. Made by {@link Backend#compile}: tuning,
 * choice of algorithm, descriptors and buffers belong there; the other calls allocate nothing.
 *
 * <p>The gradient contract, for every kernel of every backend:
 *
 * <ul>
 *   <li>dw accumulates: backward adds to what is there.
 *   <li>dx overwrites; where {@code Operands.add} says so, because another consumer of the value
 *       has already written, it adds.
 *   <li>dy may be destroyed.
 *   <li>x, y, w and what forward put into {@code saved} are unchanged between forward and backward.
 *   <li>Only the first n samples are read and written; padding of a layout stays zero.
 *   <li>The result does not depend on the number of threads, to the bit.
 * </ul>
 */
public interface Kernel extends AutoCloseable {

  /** Scalars to keep from forward to backward. */
  default long savedSize() {
    return 0;
  }

  /** Scalars of working memory, its contents undefined between calls. */
  default long scratchSize() {
    return 0;
  }

  /** What was chosen, in a word or two, for profiles: {@code direct 7x2}, {@code winograd 4}. */
  default String algorithm() {
    return "";
  }

  /**
   * The parameters have changed: pack them anew. Called before the first forward and after each
   * change.
   */
  default void load(Operands operands) {}

  /**
   * Computes y from x and w.
   *
   * @param n samples, 1 to the layouts' N
   */
  void forward(Operands operands, int n);

  /**
   * Computes dx and dw from dy after a forward of the same samples.
   *
   * @param n samples, as in the forward call
   */
  void backward(Operands operands, int n);

  @Override
  default void close() {}
}
