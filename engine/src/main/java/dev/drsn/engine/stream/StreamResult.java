package dev.drsn.engine.stream;

import dev.drsn.engine.image.Image;
import java.time.Instant;
import java.util.List;

/**
 * What was found in one frame of one stream.
 *
 * @param stream whose
 * @param course whose persons are seen; empty for a course of the stream's own
 * @param epoch when the stream was begun, milliseconds since 1970; a later run has a higher one
 * @param sequence the frame's number in its run, from 0; numbers that are missing were dropped
 * @param captured when the frame was captured; of files, as if played from their opening on
 * @param ageNanos from its capture until this result was there
 * @param width of the frame in pixels
 * @param height of the frame in pixels
 * @param faces the largest first; none where there are none
 * @param image the frame itself where a sink wants pictures, else null; not to be changed
 */
public record StreamResult(
    String stream,
    String course,
    long epoch,
    long sequence,
    Instant captured,
    long ageNanos,
    int width,
    int height,
    List<FaceResult> faces,
    Image image) {

  public StreamResult {
    faces = List.copyOf(faces);
  }
}
