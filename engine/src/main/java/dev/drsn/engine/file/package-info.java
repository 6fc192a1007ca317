/** How files are written: whole or not at all, and by one at a time. */
package dev.drsn.engine.file;
