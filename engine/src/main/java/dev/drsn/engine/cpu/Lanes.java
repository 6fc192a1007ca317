package dev.drsn.engine.cpu;

import dev.drsn.engine.DrsnException;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process: the machine's own, or what {@code
 * -Ddrsn.vector.bits=128|256|512} forces (tests run each). It is a constant because C2 turns vector
 * operations into instructions only where the species is one.
 */
public final class Lanes {

  private static final String PROPERTY = "drsn.vector.bits";

  /** Vectors of floats of this width. */
  public static final VectorSpecies<Float> SPECIES = species();

  /** Floats in a vector: 4, 8 or 16. */
  static final int COUNT = SPECIES.length();

  /**
   * Vector registers: 32 with AVX-512 and on ARM, 16 with AVX2 and SSE. There is no call that asks
   * the machine, so the width stands for the instruction set.
   */
  static final int REGISTERS =
      COUNT == 16 || System.getProperty("os.arch").equals("aarch64") ? 32 : 16;

  /** The bias of sums that have none. Nobody writes to it. */
  static final float[] ZEROS = new float[MicroKernel.MOST * COUNT];

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    String bits = System.getProperty(PROPERTY);
    if (bits == null) {
      int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
      return FloatVector.SPECIES_PREFERRED.withShape(
          VectorShape.forBitSize(Math.clamp(preferred, 128, 512)));
    }
    return switch (bits) {
      case "128" -> FloatVector.SPECIES_128;
      case "256" -> FloatVector.SPECIES_256;
      case "512" -> FloatVector.SPECIES_512;
      default ->
          throw new DrsnException(
              PROPERTY + "=" + bits + " is no vector width; use 128, 256 or 512");
    };
  }
}
