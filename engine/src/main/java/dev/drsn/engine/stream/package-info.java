/**
 * From pictures and cameras to predictions.
 *
 * <p>A stream goes through four threads, each of which may wait without the others noticing:
 *
 * <pre>
 *   reader (platform, one a stream)     read, decode             -> Mailbox: newest wins, or waits
 *   analyst (virtual, one a stream)     detect, track, crop      -> DynamicBatcher: all streams
 *   device (platform, one a device)     run plans                -> in order again, a stream each
 *   sink (platform, one a sink)         write results
 * </pre>
 *
 * <p>Everything between them is bounded; what does not fit is dropped at the mailbox and counted.
 */
package dev.drsn.engine.stream;
