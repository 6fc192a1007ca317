package dev.drsn.engine.cuda;

import org.bytedeco.javacpp.Pointer;

/** A number as a pointer: JavaCPP has no public way to make one. */
final class Address extends Pointer {

  Address(long address) {
    this.address = address;
  }

  /** The same pointer to another place, for calls that take it at once. */
  Address at(long address) {
    this.address = address;
    return this;
  }
}
