package dev.drsn.engine.stream;

import dev.drsn.engine.image.Face;

/**
 * A face that is followed from frame to frame.
 *
 * @param track a random name that lives as long as the face is in sight; it says nothing of who it
 *     is
 * @param detected whether the detector saw it in this frame; else the box is where it should be by
 *     now
 */
public record Tracked(String track, Face face, boolean detected) {}
