package dev.drsn.engine.stream;

/**
 * One face of a frame.
 *
 * @param track a random name, the same as long as the face stays in sight, and no longer
 * @param detected whether the detector saw it in this very frame; else its box is expected there
 */
public record FaceResult(String track, boolean detected, Prediction prediction) {}
