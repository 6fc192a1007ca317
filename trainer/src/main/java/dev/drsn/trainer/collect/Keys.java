package dev.drsn.trainer.collect;

import dev.drsn.engine.image.Image;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names that tell nothing: the first digits of {@code SHA-256(seed, what it names)}. Who does not
 * know the seed cannot get from a file to the name of the person in it; who does gets the same
 * names again.
 */
final class Keys {

  private final long seed;

  Keys(long seed) {
    this.seed = seed;
  }

  /**
   * The name of something.
   *
   * @param digits hexadecimal ones, 64 at most
   */
  String name(String kind, String what, int digits) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(8).putLong(seed).array());
    digest.update((kind + '\0' + what).getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest()).substring(0, digits);
  }

  /** The digest of a file's bytes. */
  static String sha256(byte[] file) {
    return HexFormat.of().formatHex(sha256().digest(file));
  }

  /** A digest to be fed. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The bytes of a face's file. */
  static byte[] file(Image face) {
    return face.toPng();
  }
}
