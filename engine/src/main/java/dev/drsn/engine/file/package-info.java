/** How files are written: whole or not at all. */
package dev.drsn.engine.file;
