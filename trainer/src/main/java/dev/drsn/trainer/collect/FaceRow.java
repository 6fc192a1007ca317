package dev.drsn.trainer.collect;

import dev.drsn.engine.image.Box;

/**
 * What is known of a face that was collected: a line of {@code faces.csv}.
 *
 * @param path of its file in the set's folder
 * @param sha256 of that file
 * @param dhash its difference hash, 64 hexadecimal digits
 * @param subject a random name of who is in it
 * @param source a random name of the clip it is from
 * @param frame of the clip, from 0
 * @param seconds since the clip's first frame
 * @param box in the frame, in pixels
 * @param score of the detector
 * @param sharpness see {@link Quality}
 * @param brightness mean of the pixels, 0 to 1
 * @param contrast their deviation
 * @param roll degrees by which the head is tilted, NaN where the detector does not tell
 * @param turn of the head, NaN where the detector does not tell
 */
public record FaceRow(
    String path,
    String sha256,
    String dhash,
    String subject,
    String source,
    long frame,
    double seconds,
    Box box,
    double score,
    double sharpness,
    double brightness,
    double contrast,
    double roll,
    double turn) {

  /** The name by which annotations call it: that of its file, without the ending. */
  public String id() {
    return path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf('.'));
  }
}
