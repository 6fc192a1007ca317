package dev.drsn.trainer.collect;

/**
 * A clip that was searched to its end: a line of {@code private/sources.csv}.
 *
 * @param id its random name
 * @param path as it was given
 * @param sha256 of its file, or of its pictures' digests
 * @param frames that it has
 * @param searched frames that were searched for faces
 * @param seen faces found in those
 * @param tracks of faces that were followed
 * @param faces that were kept
 * @param poor stretches without a frame that was sharp and bright enough
 * @param alike faces left out because one like them is there
 * @param unreadable pictures or frames that were damaged
 */
public record SourceRow(
    String id,
    String path,
    String sha256,
    long frames,
    long searched,
    long seen,
    int tracks,
    int faces,
    int poor,
    int alike,
    long unreadable) {}
