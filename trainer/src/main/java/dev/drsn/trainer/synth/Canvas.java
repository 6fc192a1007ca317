package dev.drsn.trainer.synth;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/**
 * A picture in linear light, row by row from the top: what falls on the sensor before the camera
 * develops it.
 */
final class Canvas {
  final int width;
  final int height;
  final float[] light;

  Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    this.light = new float[width * height];
  }

  /**
   * Lays an ARGB picture of the same size (greys in blue) over this one, its greys times a factor.
   */
  void overlay(BufferedImage layer, double factor) {
    int[] argb = ((DataBufferInt) layer.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < light.length; i++) {
      float alpha = (argb[i] >>> 24) / 255f;
      if (alpha > 0) {
        float over = (float) factor * Light.linear((argb[i] & 0xff) / 255.0);
        light[i] += alpha * (over - light[i]);
      }
    }
  }
}
