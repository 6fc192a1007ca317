package dev.drsn.engine.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels written as bytecode: a hidden class with one method, {@code run}, and the vector
 * operations in it. C2 compiles them as it does javac's output.
 */
final class HiddenCode {

  static final ClassDesc VECTOR = describe(FloatVector.class);
  static final ClassDesc SPECIES = describe(VectorSpecies.class);
  static final ClassDesc ANY = describe(Vector.class);
  private static final ClassDesc FLOATS = CD_float.arrayType();

  private HiddenCode() {}

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** An instance of a class that implements the interface's {@code run} by this code. */
  static <T> T instance(
      Class<T> contract, String name, MethodTypeDesc type, Consumer<CodeBuilder> code) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(contract.getName() + name),
                c ->
                    c.withFlags(ClassFile.ACC_FINAL)
                        .withInterfaceSymbols(describe(contract))
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_PUBLIC,
                            b ->
                                b.aload(0)
                                    .invokespecial(
                                        ConstantDescs.CD_Object,
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void)
                                    .return_())
                        .withMethodBody("run", type, ClassFile.ACC_PUBLIC, code));
    try {
      return contract.cast(
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("generated " + contract + name + " was refused", e);
    }
  }

  /** Pushes the species. */
  static CodeBuilder species(CodeBuilder b) {
    return b.getstatic(describe(Lanes.class), "SPECIES", SPECIES);
  }

  /** species, array, index: a vector. */
  static CodeBuilder fromArray(CodeBuilder b) {
    return b.invokestatic(VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int));
  }

  /** vector, array, index: nothing. */
  static CodeBuilder intoArray(CodeBuilder b) {
    return b.invokevirtual(VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
  }

  /** species, scalar: a vector of it. */
  static CodeBuilder broadcast(CodeBuilder b) {
    return b.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
  }

  /** species: a vector of zeros. */
  static CodeBuilder zero(CodeBuilder b) {
    return b.invokestatic(VECTOR, "zero", MethodTypeDesc.of(VECTOR, SPECIES));
  }

  /** a, b, c: a b + c. */
  static CodeBuilder fma(CodeBuilder b) {
    return b.invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, ANY, ANY));
  }

  /** a, b: {@code a.name(b)}, such as add, sub, mul, max. */
  static CodeBuilder binary(CodeBuilder b, String name) {
    return b.invokevirtual(VECTOR, name, MethodTypeDesc.of(VECTOR, ANY));
  }

  /** a: -a. */
  static CodeBuilder neg(CodeBuilder b) {
    return b.invokevirtual(VECTOR, "neg", MethodTypeDesc.of(VECTOR));
  }
}
