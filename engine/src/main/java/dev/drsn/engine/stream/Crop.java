package dev.drsn.engine.stream;

/**
 * A face that is ready for the network.
 *
 * @param face which of its frame's
 * @param inputs the preprocessed faces of the frame, one after the other
 */
record Crop(PendingFrame frame, int face, float[] inputs) {}
