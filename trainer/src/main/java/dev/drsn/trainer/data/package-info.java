/**
 * Data sets on disk, their splits, what is done to them on the way to the engine, and the loader.
 */
package dev.drsn.trainer.data;
