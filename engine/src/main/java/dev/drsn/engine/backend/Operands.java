package dev.drsn.engine.backend;

/**
 * The memory that a kernel runs on, bound once when a plan is compiled.
 *
 * @param x inputs in the operation's order
 * @param y output
 * @param w parameters in the order of {@code Op.parameters}, dense; running statistics among them
 * @param dx gradients by the inputs; null where none is wanted; null as a whole for inference
 * @param dy gradient by the output; backward may overwrite it, nobody reads it afterwards
 * @param dw gradients by the parameters; null where none is wanted (frozen, running statistics);
 *     null as a whole for inference
 * @param add for each input: add to dx instead of overwriting it, because another consumer of the
 *     same value has written before
 * @param saved {@code Kernel.savedSize} scalars that keep from forward to backward
 * @param scratch {@code Kernel.scratchSize} scalars that nobody keeps; shared by all kernels of a
 *     plan
 */
public record Operands(
    View[] x,
    View y,
    View[] w,
    View[] dx,
    View dy,
    View[] dw,
    boolean[] add,
    View saved,
    View scratch) {}
