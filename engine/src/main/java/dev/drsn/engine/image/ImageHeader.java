package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * What the first bytes of an image file say, read before any decoder sees the file: decoders
 * allocate by these numbers, and OpenCV gives back half a picture where a file stops half-way. So
 * the extents are limited here, and JPEG and PNG, the formats that photographs come in, are walked
 * to their end.
 *
 * @param format as users call it: JPEG, PNG, BMP, GIF, TIFF, WebP
 * @param width in pixels, before any rotation that EXIF asks for
 * @param height in pixels, before any rotation that EXIF asks for
 */
record ImageHeader(String format, int width, int height) {
  /** 64 megapixels: above any camera in a classroom, and 192 MB of RGB. */
  static final long MAX_PIXELS = 64L << 20;

  private static final int PNG_SIGNATURE = 8;

  /**
   * Reads and checks the header of an encoded image.
   *
   * @param name how errors call it
   * @throws DrsnException for an empty file, an unknown format, a truncated or damaged JPEG or PNG,
   *     and more than {@link #MAX_PIXELS} pixels
   */
  static ImageHeader read(byte[] file, String name) {
    if (file.length == 0) {
      throw new DrsnException(name + " is empty; remove it or put the picture back");
    }
    ByteBuffer in = ByteBuffer.wrap(file);
    ImageHeader header;
    try {
      header =
          switch (file[0] & 0xFF) {
            case 0xFF -> jpeg(in, name);
            case 0x89 -> png(in, name);
            case 'B' -> bmp(in);
            case 'G' -> gif(in);
            case 'I', 'M' -> tiff(in);
            case 'R' -> webp(in);
            default -> null;
          };
    } catch (IndexOutOfBoundsException e) {
      throw truncated(name);
    }
    if (header == null) {
      throw new DrsnException(
          name + " is not an image that can be read (JPEG, PNG, BMP, GIF, TIFF, WebP)");
    }
    if (header.width < 1 || header.height < 1) {
      throw new DrsnException(
          name + " says it is " + header.width + " x " + header.height + " pixels; it is damaged");
    }
    if ((long) header.width * header.height > MAX_PIXELS) {
      throw new DrsnException(
          String.format(
              "%s is %d x %d pixels, more than the %d million that are read; make it smaller",
              name, header.width, header.height, MAX_PIXELS >> 20));
    }
    return header;
  }

  /** Walks the chunks of a PNG (ISO/IEC 15948) from IHDR to IEND, checksums included. */
  private static ImageHeader png(ByteBuffer in, String name) {
    if (in.getLong(0) != 0x89504E470D0A1A0AL || in.getInt(12) != 0x49484452) {
      return null;
    }
    ImageHeader header = new ImageHeader("PNG", in.getInt(16), in.getInt(20));
    CRC32 checksum = new CRC32();
    for (int at = PNG_SIGNATURE; ; ) {
      int length = in.getInt(at);
      int type = in.getInt(at + 4);
      if (length < 0 || length > in.limit() - at - 12) {
        throw truncated(name);
      }
      checksum.reset();
      checksum.update(in.slice(at + 4, length + 4));
      if ((int) checksum.getValue() != in.getInt(at + 8 + length)) {
        throw new DrsnException(name + " is damaged: a PNG checksum is wrong; copy it again");
      }
      if (type == 0x49454E44) {
        return header;
      }
      at += length + 12;
    }
  }

  /** Walks the segments of a JPEG (ITU-T T.81) from SOI to EOI; the extents are in its frame. */
  private static ImageHeader jpeg(ByteBuffer in, String name) {
    if (in.getShort(0) != (short) 0xFFD8) {
      return null;
    }
    ImageHeader header = null;
    for (int at = 2; ; ) {
      if ((in.get(at) & 0xFF) != 0xFF) {
        if (header == null) {
          throw new DrsnException(name + " is damaged: no JPEG marker where one belongs");
        }
        at++; // entropy-coded data, or what a careless writer left between segments
        continue;
      }
      int marker = in.get(at + 1) & 0xFF;
      if (marker == 0xD9) {
        if (header == null) {
          throw new DrsnException(name + " is damaged: a JPEG without a frame");
        }
        return header;
      }
      if (marker == 0xFF) {
        at++; // fill byte
      } else if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2; // stuffed zero, restart: no length follows
      } else {
        boolean frame = marker >= 0xC0 && marker <= 0xCF;
        if (frame && marker != 0xC4 && marker != 0xC8 && marker != 0xCC && header == null) {
          header =
              new ImageHeader("JPEG", in.getShort(at + 7) & 0xFFFF, in.getShort(at + 5) & 0xFFFF);
        }
        at += 2 + Math.max(2, in.getShort(at + 2) & 0xFFFF);
      }
    }
  }

  private static ImageHeader bmp(ByteBuffer in) {
    if (in.get(1) != 'M') {
      return null;
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
    return new ImageHeader("BMP", in.getInt(18), Math.abs(in.getInt(22)));
  }

  private static ImageHeader gif(ByteBuffer in) {
    if (in.get(1) != 'I' || in.get(2) != 'F' || in.get(3) != '8') {
      return null;
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
    return new ImageHeader("GIF", in.getShort(6) & 0xFFFF, in.getShort(8) & 0xFFFF);
  }

  /** The first image file directory of a TIFF: tags 256 (width) and 257 (height), short or long. */
  private static ImageHeader tiff(ByteBuffer in) {
    in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (in.get(1) != in.get(0) || in.getShort(2) != 42) {
      return null;
    }
    int directory = in.getInt(4);
    int width = 0;
    int height = 0;
    for (int i = 0; i < (in.getShort(directory) & 0xFFFF); i++) {
      int entry = directory + 2 + 12 * i;
      int tag = in.getShort(entry) & 0xFFFF;
      if (tag == 256 || tag == 257) {
        boolean isShort = in.getShort(entry + 2) == 3;
        int value = isShort ? in.getShort(entry + 8) & 0xFFFF : in.getInt(entry + 8);
        width = tag == 256 ? value : width;
        height = tag == 257 ? value : height;
      }
    }
    return new ImageHeader("TIFF", width, height);
  }

  /**
   * The first chunk of a WebP: extended, lossless or lossy (RFC 9649, sections 2.7, 3.4, and VP8).
   */
  private static ImageHeader webp(ByteBuffer in) {
    if (in.getInt(0) != 0x52494646 || in.getInt(8) != 0x57454250) {
      return null;
    }
    int chunk = in.getInt(12);
    in.order(ByteOrder.LITTLE_ENDIAN);
    return switch (chunk) {
      case 0x56503858 -> // "VP8X"
          new ImageHeader(
              "WebP", (in.getInt(24) & 0xFFFFFF) + 1, ((in.getInt(26) >>> 8) & 0xFFFFFF) + 1);
      case 0x5650384C -> { // "VP8L"
        int bits = in.getInt(21);
        yield new ImageHeader("WebP", (bits & 0x3FFF) + 1, ((bits >>> 14) & 0x3FFF) + 1);
      }
      case 0x56503820 -> // "VP8 "
          new ImageHeader("WebP", in.getShort(26) & 0x3FFF, in.getShort(28) & 0x3FFF);
      default -> null;
    };
  }

  private static DrsnException truncated(String name) {
    return new DrsnException(
        name + " is truncated: it ends before its picture does; copy it again");
  }
}
