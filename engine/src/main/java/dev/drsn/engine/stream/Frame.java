package dev.drsn.engine.stream;

import dev.drsn.engine.image.Image;
import java.time.Instant;

/**
 * A picture out of a stream.
 *
 * @param sequence its number in the stream, from 0; frames that are dropped have numbers too
 * @param nanos when it was captured, by {@link Ticker#nanos}: ages are counted from here
 * @param captured when it was captured, as people say it; of a file, as if it had been played from
 *     the moment on at which it was opened
 */
record Frame(Image image, long sequence, long nanos, Instant captured) {}
