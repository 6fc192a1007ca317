package dev.drsn.engine.stream;

/**
 * A sink at one moment.
 *
 * @param sent results that it has taken
 * @param lost results that it has not taken and will not
 * @param waiting results in its queue
 * @param spooled results of those taken that wait on the disk for the other end
 * @param everSpooled results that have been put on the disk since the beginning
 * @param failure what is wrong with it, or an empty text
 */
public record SinkSnapshot(
    String name,
    long sent,
    long lost,
    int waiting,
    long spooled,
    long everSpooled,
    String failure) {}
