package dev.drsn.engine.cpu;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The one inner loop of convolutions and linear layers, forward and backward: P points times Q
 * vectors of sums, all in registers,
 *
 * <pre>
 * y[p][q] = bias[q] + residual[p][q] + sum over runs u, over 0 &lt;= j &lt; length:
 *               x[xBase + xAt[at + p] + runAt[u] + STEP j] * w[wBase + ((u length + j) Q + q) lanes ...]
 * </pre>
 *
 * then ReLU while the sums are still in registers. A scalar of x meets vectors of w; w is read once
 * from front to back. What a point is (a pixel, a sample, an input channel) is up to the tables, so
 * that images of any width, strides, phases and taps all come here.
 *
 * <p>C2 keeps sums in registers only as local variables in straight-line code. So each P x Q that a
 * layer asks for is written as bytecode, once a process: the loops over p and q unrolled,
 * everything else as the loops stand in the formula. Which P x Q fit the registers: {@link
 * #points}. Sums start from what is to be added: where it came after the loop, C2 spilled them in
 * some processes.
 */
interface MicroKernel {

  /**
   * One tile.
   *
   * @param at the tile's first point in the tables xAt, yAt and rAt
   * @param runAt for each run its distance from a point's first scalar
   * @param runs how many runs there are
   * @param length scalars of a run
   * @param yStep from one of the Q vectors of a point to the next in y, likewise rStep
   * @param bias where the sums start: Q vectors from biasBase on; {@link Lanes#ZEROS} with base 0
   * @param residual what to add, for kernels that are {@link #adding}, y itself where sums go on
   *     top of what is there; others do not look at it
   */
  void run(
      float[] x,
      int[] xAt,
      int at,
      int xBase,
      int[] runAt,
      int runs,
      int length,
      float[] w,
      int wBase,
      float[] y,
      int[] yAt,
      int yBase,
      int yStep,
      float[] bias,
      int biasBase,
      float[] residual,
      int[] rAt,
      int rBase,
      int rStep,
      boolean relu);

  /**
   * The most points that go with q vectors, q from 1 to {@link #MOST}. C2 broadcasts all scalars of
   * a step before the first sum takes one, so about P + P Q + Q registers are live at once, and
   * what does not fit the general registers takes vector registers as well. Measured on Zen 5: 8x2
   * runs at the FMA roof in every process; 10x2 does so only in some: in others C2 keeps one of its
   * sums on the stack, which costs a third. 12x2, 8x3, 6x4 and, with 16 registers, 6x2 and 4x3
   * always spill. One vector alone is bound by loads whatever P is.
   */
  static int points(int q) {
    boolean many = Lanes.REGISTERS == 32;
    return switch (q) {
      case 1 -> many ? 12 : 7;
      case 2 -> many ? 8 : 5;
      case 3 -> many ? 6 : 3;
      case 4 -> many ? 5 : 2;
      default -> throw new IllegalArgumentException(q + " vectors a point");
    };
  }

  /** The most vectors of a point. */
  int MOST = 4;

  /**
   * Cuts blocks of output channels into groups of vectors for plain products: fours where there are
   * registers for them, else {@link #pairs}. A five is three and two.
   */
  static int[] groups(int blocks) {
    if (Lanes.REGISTERS < 32) {
      return pairs(blocks);
    }
    int[] groups = new int[(blocks + 3) / 4];
    Arrays.fill(groups, 4);
    int last = groups.length - 1;
    groups[last] = blocks - 4 * last;
    if (last > 0 && groups[last] == 1) {
      groups[last - 1] = 3;
      groups[last] = 2;
    }
    return groups;
  }

  /**
   * Cuts blocks of output channels into groups of vectors: pairs, with the odd one made a triple,
   * because a lone vector runs at two thirds of the speed.
   */
  static int[] pairs(int blocks) {
    if (blocks % 2 == 0 || blocks == 1) {
      int[] pairs = new int[(blocks + 1) / 2];
      Arrays.fill(pairs, Math.min(blocks, 2));
      return pairs;
    }
    int[] groups = new int[blocks / 2];
    Arrays.fill(groups, 2);
    groups[groups.length - 1] = 3;
    return groups;
  }

  /** The kernel for P points and Q vectors whose scalars lie {@code step} apart. */
  static MicroKernel of(int p, int q, int step) {
    return of(new Form(p, q, step, false));
  }

  /** The same for sums that start from a residual. */
  static MicroKernel adding(int p, int q, int step) {
    return of(new Form(p, q, step, true));
  }

  private static MicroKernel of(Form form) {
    return Writer.KERNELS.computeIfAbsent(form, each -> new Writer(each).kernel());
  }

  /** What distinguishes kernels. */
  record Form(int p, int q, int step, boolean adding) {}

  /** Writes a kernel's bytecode. */
  final class Writer {

    /** Code, not state: the same form is the same code, and C2 shall compile it once. */
    private static final ConcurrentMap<Form, MicroKernel> KERNELS = new ConcurrentHashMap<>();

    private static final ClassDesc FLOATS = CD_float.arrayType();
    private static final ClassDesc INTS = CD_int.arrayType();
    private final Form form;

    Writer(Form form) {
      this.form = form;
    }

    MicroKernel kernel() {
      return HiddenCode.instance(
          MicroKernel.class,
          form.p
              + "x"
              + form.q
              + (form.step == 1 ? "" : "by" + form.step)
              + (form.adding ? "adding" : ""),
          MethodTypeDesc.of(
              CD_void,
              FLOATS,
              INTS,
              CD_int,
              CD_int,
              INTS,
              CD_int,
              CD_int,
              FLOATS,
              CD_int,
              FLOATS,
              INTS,
              CD_int,
              CD_int,
              FLOATS,
              CD_int,
              FLOATS,
              INTS,
              CD_int,
              CD_int,
              CD_boolean),
          this::run);
    }

    private void run(CodeBuilder b) {
      int xs = b.parameterSlot(0);
      int xAt = b.parameterSlot(1);
      int at = b.parameterSlot(2);
      int xBase = b.parameterSlot(3);
      int runAt = b.parameterSlot(4);
      int runs = b.parameterSlot(5);
      int length = b.parameterSlot(6);
      int ws = b.parameterSlot(7);
      int wi = b.parameterSlot(8);
      int bias = b.parameterSlot(13);
      int biasBase = b.parameterSlot(14);
      int p = form.p;
      int q = form.q;
      int lanes = Lanes.COUNT;

      // int x0 = xBase + xAt[at], ...; FloatVector s00 = bias[0], s01 = bias[1], ...
      int[] point = new int[p];
      for (int i = 0; i < p; i++) {
        point[i] = b.allocateLocal(TypeKind.INT);
        b.iload(xBase).aload(xAt).iload(at).loadConstant(i).iadd().iaload().iadd();
        b.istore(point[i]);
      }
      int[] sum = new int[p * q];
      for (int k = 0; k < q; k++) {
        HiddenCode.species(b).aload(bias).iload(biasBase).loadConstant(k * lanes).iadd();
        HiddenCode.fromArray(b);
        for (int i = 0; i < p; i++) {
          sum[i * q + k] = b.allocateLocal(TypeKind.REFERENCE);
          if (i < p - 1) {
            b.dup();
          }
          b.astore(sum[i * q + k]);
        }
      }
      if (form.adding) {
        add(b, sum);
      }

      // for (int u = 0; u < runs; u++)
      int u = b.allocateLocal(TypeKind.INT);
      int offset = b.allocateLocal(TypeKind.INT);
      int j = b.allocateLocal(TypeKind.INT);
      int[] first = new int[p];
      int[] vector = new int[q];
      for (int i = 0; i < p; i++) {
        first[i] = b.allocateLocal(TypeKind.INT);
      }
      for (int k = 0; k < q; k++) {
        vector[k] = b.allocateLocal(TypeKind.REFERENCE);
      }
      Label eachRun = b.newLabel();
      Label runsDone = b.newLabel();
      b.iconst_0().istore(u);
      b.labelBinding(eachRun).iload(u).iload(runs).if_icmpge(runsDone);
      b.aload(runAt).iload(u).iaload().istore(offset);
      for (int i = 0; i < p; i++) {
        b.iload(point[i]).iload(offset).iadd().istore(first[i]);
      }

      // for (int j = 0; j < length; j++)
      Label eachScalar = b.newLabel();
      Label runDone = b.newLabel();
      b.iconst_0().istore(j);
      b.labelBinding(eachScalar).iload(j).iload(length).if_icmpge(runDone);
      for (int k = 0; k < q; k++) {
        HiddenCode.species(b).aload(ws).iload(wi).iload(j).loadConstant(q * lanes).imul().iadd();
        b.loadConstant(k * lanes).iadd();
        HiddenCode.fromArray(b).astore(vector[k]);
      }
      for (int i = 0; i < p; i++) {
        HiddenCode.species(b).aload(xs).iload(first[i]).iload(j);
        if (form.step != 1) {
          b.loadConstant(form.step).imul();
        }
        HiddenCode.broadcast(b.iadd().faload());
        for (int k = 0; k < q - 1; k++) {
          b.dup();
        }
        for (int k = 0; k < q; k++) {
          HiddenCode.fma(b.aload(vector[k]).aload(sum[i * q + k])).astore(sum[i * q + k]);
        }
      }
      b.iinc(j, 1).goto_(eachScalar);
      b.labelBinding(runDone);
      b.iload(wi).iload(length).loadConstant(q * lanes).imul().iadd().istore(wi);
      b.iinc(u, 1).goto_(eachRun);
      b.labelBinding(runsDone);

      store(b, sum);
      b.return_();
    }

    private void add(CodeBuilder b, int[] sum) {
      int at = b.parameterSlot(2);
      int residual = b.parameterSlot(15);
      int rAt = b.parameterSlot(16);
      int rBase = b.parameterSlot(17);
      int rStep = b.parameterSlot(18);
      int q = form.q;
      for (int i = 0; i < sum.length; i++) {
        b.aload(sum[i]);
        HiddenCode.species(b).aload(residual);
        address(b, rAt, at, i / q, rBase, rStep, i % q);
        HiddenCode.binary(HiddenCode.fromArray(b), "add").astore(sum[i]);
      }
    }

    private void store(CodeBuilder b, int[] sum) {
      int at = b.parameterSlot(2);
      int ys = b.parameterSlot(9);
      int yAt = b.parameterSlot(10);
      int yBase = b.parameterSlot(11);
      int yStep = b.parameterSlot(12);
      int relu = b.parameterSlot(19);
      int q = form.q;

      Label noRelu = b.newLabel();
      b.iload(relu).ifeq(noRelu);
      int zero = b.allocateLocal(TypeKind.REFERENCE);
      HiddenCode.zero(HiddenCode.species(b)).astore(zero);
      for (int local : sum) {
        HiddenCode.binary(b.aload(local).aload(zero), "max").astore(local);
      }
      b.labelBinding(noRelu);

      for (int i = 0; i < sum.length; i++) {
        b.aload(sum[i]).aload(ys);
        address(b, yAt, at, i / q, yBase, yStep, i % q);
        HiddenCode.intoArray(b);
      }
    }

    /** base + table[at + point] + vector * step. */
    private static void address(
        CodeBuilder b, int table, int at, int point, int base, int step, int vector) {
      b.iload(base).aload(table).iload(at).loadConstant(point).iadd().iaload().iadd();
      if (vector > 0) {
        b.iload(step).loadConstant(vector).imul().iadd();
      }
    }
  }
}
