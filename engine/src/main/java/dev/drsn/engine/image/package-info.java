/** Pictures: files to pixels, faces in them, and pixels to what a network reads. */
package dev.drsn.engine.image;
