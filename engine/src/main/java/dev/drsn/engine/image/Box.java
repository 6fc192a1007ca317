package dev.drsn.engine.image;

/**
 * A rectangle of pixels: left, top, width and height. It may reach beyond the image it is meant
 * for.
 */
public record Box(int x, int y, int width, int height) {

  public Box {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a box has at least one pixel: " + width + " x " + height);
    }
  }

  /** All of an image. */
  public static Box of(Image image) {
    return new Box(0, 0, image.width(), image.height());
  }
}
