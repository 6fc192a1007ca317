package dev.drsn.trainer.report;

/**
 * A figure and its 95 % band.
 *
 * @param low the band's lower end
 * @param high its upper end
 */
public record Share(double value, double low, double high) {}
