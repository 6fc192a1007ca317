package dev.drsn.engine.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code Y = M X M^T} for a small constant matrix M and a square X of vectors: what Winograd's
 * algorithm does before and after its products, for {@link Lanes#COUNT} channels at once.
 *
 * <p>First M is applied to the columns of X, through a buffer, then to the rows of that. M is
 * written into the bytecode: zeros cost nothing and ones are additions.
 */
interface Transform {

  /**
   * Transforms one square.
   *
   * @param at where X[0][0] lies in from; rows are fromRow scalars apart, columns fromColumn
   * @param to where Y goes, likewise
   * @param buffer columns(M) rows(M) vectors that nobody else uses meanwhile
   */
  void run(
      float[] from,
      int at,
      int fromRow,
      int fromColumn,
      float[] to,
      int target,
      int toRow,
      int toColumn,
      float[] buffer,
      int bufferBase);

  /** The transform by a matrix. */
  static Transform of(String name, double[][] matrix) {
    return new Writer(matrix, false).transform(name);
  }

  /** The transform by a matrix, then ReLU. */
  static Transform rectified(String name, double[][] matrix) {
    return new Writer(matrix, true).transform(name);
  }

  /** Writes a transform's bytecode. */
  final class Writer {

    private static final ClassDesc FLOATS = CD_float.arrayType();

    private final double[][] matrix;
    private final boolean relu;
    private final int outputs;
    private final int inputs;
    private final Map<Float, Integer> constants = new LinkedHashMap<>();

    Writer(double[][] matrix, boolean relu) {
      this.matrix = matrix;
      this.relu = relu;
      this.outputs = matrix.length;
      this.inputs = matrix[0].length;
    }

    Transform transform(String name) {
      return HiddenCode.instance(
          Transform.class,
          name,
          MethodTypeDesc.of(
              CD_void, FLOATS, CD_int, CD_int, CD_int, FLOATS, CD_int, CD_int, CD_int, FLOATS,
              CD_int),
          this::run);
    }

    private void run(CodeBuilder b) {
      int from = b.parameterSlot(0);
      int at = b.parameterSlot(1);
      int fromRow = b.parameterSlot(2);
      int fromColumn = b.parameterSlot(3);
      int to = b.parameterSlot(4);
      int target = b.parameterSlot(5);
      int toRow = b.parameterSlot(6);
      int toColumn = b.parameterSlot(7);
      int buffer = b.parameterSlot(8);
      int bufferBase = b.parameterSlot(9);
      for (double[] row : matrix) {
        for (double m : row) {
          float magnitude = (float) Math.abs(m);
          if (magnitude != 0 && magnitude != 1) {
            constants.computeIfAbsent(magnitude, c -> constant(b, c));
          }
        }
      }
      int lanes = Lanes.COUNT;
      // Columns: buffer[i][j] = sum over k of M[i][k] X[k][j].
      loop(
          b,
          inputs,
          j ->
              product(
                  b,
                  k -> {
                    b.aload(from).iload(at).iload(fromRow).loadConstant(k).imul().iadd();
                    b.iload(fromColumn).iload(j).imul().iadd();
                  },
                  i -> {
                    b.aload(buffer).iload(bufferBase).loadConstant(i * inputs * lanes).iadd();
                    b.iload(j).loadConstant(lanes).imul().iadd();
                  },
                  -1));
      int zero = relu ? b.allocateLocal(TypeKind.REFERENCE) : -1;
      if (relu) {
        HiddenCode.zero(HiddenCode.species(b)).astore(zero);
      }
      // Rows: Y[i][v] = sum over k of M[v][k] buffer[i][k].
      loop(
          b,
          outputs,
          i ->
              product(
                  b,
                  k -> {
                    b.aload(buffer).iload(bufferBase).loadConstant(k * lanes).iadd();
                    b.iload(i).loadConstant(inputs * lanes).imul().iadd();
                  },
                  v -> {
                    b.aload(to).iload(target).iload(toColumn).loadConstant(v).imul().iadd();
                    b.iload(toRow).iload(i).imul().iadd();
                  },
                  zero));
      b.return_();
    }

    /** Pushes an array and an index, or writes a loop's body for the slot of its counter. */
    private interface Piece {
      void write(int index);
    }

    private static int constant(CodeBuilder b, float value) {
      int slot = b.allocateLocal(TypeKind.REFERENCE);
      HiddenCode.species(b).loadConstant(value);
      HiddenCode.broadcast(b).astore(slot);
      return slot;
    }

    private static void loop(CodeBuilder b, int count, Piece body) {
      int counter = b.allocateLocal(TypeKind.INT);
      Label next = b.newLabel();
      Label done = b.newLabel();
      b.iconst_0().istore(counter);
      b.labelBinding(next).iload(counter).loadConstant(count).if_icmpge(done);
      body.write(counter);
      b.iinc(counter, 1).goto_(next);
      b.labelBinding(done);
    }

    /**
     * Loads a line of vectors, multiplies it by M and stores the results.
     *
     * @param least a local that results are not to be below, or -1
     */
    private void product(CodeBuilder b, Piece source, Piece destination, int least) {
      int[] x = new int[inputs];
      for (int k = 0; k < inputs; k++) {
        x[k] = b.allocateLocal(TypeKind.REFERENCE);
        HiddenCode.species(b);
        source.write(k);
        HiddenCode.fromArray(b).astore(x[k]);
      }
      for (int i = 0; i < outputs; i++) {
        sum(b, matrix[i], x);
        if (least >= 0) {
          HiddenCode.binary(b.aload(least), "max");
        }
        destination.write(i);
        HiddenCode.intoArray(b);
      }
    }

    /** Pushes the sum of a row's products, from a term with factor 1 on if there is one. */
    private void sum(CodeBuilder b, double[] row, int[] x) {
      int first = -1;
      for (int k = 0; k < row.length; k++) {
        if (row[k] == 1 || (row[k] != 0 && first < 0)) {
          first = k;
        }
      }
      b.aload(x[first]);
      if (row[first] == -1) {
        HiddenCode.neg(b);
      } else if (row[first] != 1) {
        factor(b, row[first]);
        HiddenCode.binary(b, "mul");
      }
      for (int k = 0; k < row.length; k++) {
        if (k == first || row[k] == 0) {
          continue;
        }
        if (Math.abs(row[k]) == 1) {
          b.aload(x[k]);
          HiddenCode.binary(b, row[k] > 0 ? "add" : "sub");
        } else {
          int sum = b.allocateLocal(TypeKind.REFERENCE);
          b.astore(sum);
          b.aload(x[k]);
          factor(b, row[k]);
          b.aload(sum);
          HiddenCode.fma(b);
        }
      }
    }

    private void factor(CodeBuilder b, double value) {
      b.aload(constants.get((float) Math.abs(value)));
      if (value < 0) {
        HiddenCode.neg(b);
      }
    }
  }
}
