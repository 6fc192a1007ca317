/** From pictures to predictions. */
package dev.drsn.engine.stream;
