package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The small network within a gate, from one number a channel to one factor or threshold a channel:
 *
 * <pre>
 *   u = W1 a + b1     r = relu(norm(u))     z = W2 r + b2     alpha = sigmoid(z)
 *
 *   gate = alpha               squeeze-excite
 *   gate = alpha a             channel-wise shrinkage
 *   gate = alpha abar          channel-shared: one alpha a sample, abar = mean_c a
 *
 *   dalpha = dgate (, times a, times abar)     dz = dalpha alpha (1 - alpha)
 *   dv = [r &gt; 0] W2' dz     du = norm's dv     da = W1' du (+ dgate alpha (shared: sum_c, / C))
 * </pre>
 *
 * <p>All of them are rows of plain scalars, one row a sample; a and gate are written by and for
 * {@link ChannelGate} and so padded to whole blocks, the others to what {@link GateLinear} wants.
 * Forward keeps a, gate, u, r and alpha in {@code saved}; without a backward to come, in {@code
 * scratch}. Sums over samples run in the order of samples.
 */
final class Bottleneck {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  private final Workers workers;
  private final boolean training;
  private final boolean shrinkage;
  private final boolean shared;
  private final Norm norm;
  private final int samples;
  private final int channels;
  private final int hidden;

  /** Strides of the rows of a and gate; of u, r and du; of alpha and dz. */
  private final int width;

  private final int inner;
  private final int outer;
  private final GateLinear first;
  private final GateLinear second;
  private final float[] mean;
  private final float[] scale;
  private final float[] shift;
  private final Workers.Task contract = this::contract;
  private final Workers.Task normalise = this::normalise;
  private final Workers.Task expand = this::expand;
  private final Workers.Task outerGradient = this::outerGradient;
  private final Workers.Task innerGradient = this::innerGradient;
  private final Workers.Task normGradient = this::normGradient;
  private final Workers.Task inputGradient = this::inputGradient;
  private final Workers.Task firstWeights = this::firstWeights;
  private final Workers.Task secondWeights = this::secondWeights;

  private Operands operands;
  private int n;
  private float share;

  /** Where rows of each kind begin in {@link #state()} and, the gradients, in scratch. */
  private int a;

  private int gate;
  private int u;
  private int r;
  private int alpha;
  private int dgate;
  private int da;
  private int du;
  private int dz;

  Bottleneck(Op.SqueezeExcite op, int samples, int channels, boolean training, Workers workers) {
    this(false, false, Norm.NONE, op.hidden(), samples, channels, training, workers);
  }

  Bottleneck(Op.Shrinkage op, int samples, int channels, boolean training, Workers workers) {
    this(true, !op.channelWise(), op.norm(), op.hidden(), samples, channels, training, workers);
  }

  private Bottleneck(
      boolean shrinkage,
      boolean shared,
      Norm norm,
      int hidden,
      int samples,
      int channels,
      boolean training,
      Workers workers) {
    this.workers = workers;
    this.training = training;
    this.shrinkage = shrinkage;
    this.shared = shared;
    this.norm = norm;
    this.samples = samples;
    this.channels = channels;
    this.hidden = hidden;
    first = new GateLinear(channels, hidden, training);
    second = new GateLinear(hidden, shared ? 1 : channels, training);
    width = Math.ceilDiv(channels, LANES) * LANES;
    inner = first.stride();
    outer = second.stride();
    mean = new float[inner];
    scale = new float[inner];
    shift = new float[inner];
  }

  private int stateSize() {
    return samples * (2 * width + 2 * inner + outer);
  }

  long savedSize() {
    return training ? stateSize() : 0;
  }

  long scratchSize() {
    return training ? (long) samples * (2 * width + inner + outer) : stateSize();
  }

  void load(Operands operands) {
    View[] w = operands.w();
    first.load(w[0], w[1]);
    second.load(w[w.length - 2], w[w.length - 1]);
    if (norm == Norm.RUNNING) {
      for (int j = 0; j < hidden; j++) {
        mean[j] = value(w[4], j);
        coefficients(w, j, 1 / Math.sqrt(value(w[5], j) + Norm.EPSILON));
      }
    }
  }

  private void coefficients(View[] w, int j, double inverse) {
    scale[j] = (float) (value(w[2], j) * inverse);
    shift[j] = value(w[3], j);
  }

  private static float value(View dense, int i) {
    return array(dense)[base(dense) + i];
  }

  /** Says on which memory the next calls work. */
  void bind(Operands operands, int n) {
    this.operands = operands;
    this.n = n;
    a = base(training ? operands.saved() : operands.scratch());
    gate = a + samples * width;
    u = gate + samples * width;
    r = u + samples * inner;
    alpha = r + samples * inner;
    dgate = base(operands.scratch());
    da = dgate + samples * width;
    du = da + samples * width;
    dz = du + samples * inner;
  }

  /** The array that holds a and gate. */
  float[] state() {
    return array(training ? operands.saved() : operands.scratch());
  }

  /** Where a block's mean goes: plane {@code n blocks + block}. */
  int a(int plane) {
    return a + plane * LANES;
  }

  /** Where a block's factors or thresholds are. */
  int gate(int plane) {
    return gate + plane * LANES;
  }

  /** Where a block's gradient of the gate goes, in scratch. */
  int dgate(int plane) {
    return dgate + plane * LANES;
  }

  /** Where the gradient of a block's sum is, in scratch. */
  int da(int plane) {
    return da + plane * LANES;
  }

  /** From a to gate. */
  void forward() {
    workers.run(contract, n * GateLinear.groups(hidden));
    workers.run(normalise, inner / LANES);
    workers.run(expand, n * GateLinear.groups(shared ? 1 : channels));
  }

  private void contract(int item, int thread) {
    int groups = GateLinear.groups(hidden);
    int sample = item / groups;
    first.forward(state(), a + sample * width, state(), u + sample * inner, item % groups);
  }

  private void normalise(int block, int thread) {
    int j = block * LANES;
    if (norm == Norm.BATCH) {
      batchStatistics(j);
    }
    float[] state = state();
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, j);
    FloatVector gain = FloatVector.fromArray(SPECIES, scale, j);
    FloatVector offset = FloatVector.fromArray(SPECIES, shift, j);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromArray(SPECIES, state, u + i * inner + j);
      if (norm != Norm.NONE) {
        v = v.sub(centre).fma(gain, offset);
      }
      v.blend(zero, v.compare(VectorOperators.LT, zero)).intoArray(state, r + i * inner + j);
    }
  }

  /** Mean and variance over the samples of the hidden units from j on, as many as lanes. */
  private void batchStatistics(int j) {
    View[] w = operands.w();
    for (int k = j; k < Math.min(j + LANES, hidden); k++) {
      double centre = batchMean(k);
      double squares = batchSquares(k, centre);
      mean[k] = (float) centre;
      coefficients(w, k, 1 / Math.sqrt(squares / n + Norm.EPSILON));
      BatchNorm.move(w[4], k, centre);
      BatchNorm.move(w[5], k, squares / Math.max(n - 1, 1));
    }
  }

  private double batchMean(int k) {
    float[] state = state();
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += state[u + i * inner + k];
    }
    return sum / n;
  }

  private double batchSquares(int k, double centre) {
    float[] state = state();
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double d = state[u + i * inner + k] - centre;
      squares += d * d;
    }
    return squares;
  }

  private void expand(int item, int thread) {
    int groups = GateLinear.groups(shared ? 1 : channels);
    int sample = item / groups;
    int from = item % groups * GateLinear.WIDTH;
    float[] state = state();
    int alphas = alpha + sample * outer;
    second.forward(state, r + sample * inner, state, alphas, item % groups);
    int logits = alphas + from;
    Pointwise.sigmoid(state, logits, state, logits, GateLinear.WIDTH, LANES);
    int as = a + sample * width;
    int gates = gate + sample * width;
    if (shared) {
      float tau = (float) (state[alphas] * meanOf(state, as));
      Arrays.fill(state, gates, gates + width, tau);
      return;
    }
    for (int c = from; c < Math.min(from + GateLinear.WIDTH, width); c += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, state, alphas + c);
      if (shrinkage) {
        g = g.mul(FloatVector.fromArray(SPECIES, state, as + c));
      }
      g.intoArray(state, gates + c);
    }
  }

  private double meanOf(float[] values, int at) {
    return sumOf(values, at) / channels;
  }

  private double sumOf(float[] values, int at) {
    double sum = 0;
    for (int c = 0; c < channels; c++) {
      sum += values[at + c];
    }
    return sum;
  }

  /**
   * From dgate to da, the gradient by the sum that a is the mean of, and to the parameters'
   * gradients.
   *
   * @param area the pixels that a is the mean of
   * @param inputs whether da is wanted
   */
  void backward(int area, boolean inputs) {
    share = 1f / area;
    workers.run(outerGradient, n);
    workers.run(innerGradient, n * GateLinear.groups(hidden));
    if (norm != Norm.NONE) {
      workers.run(normGradient, Math.ceilDiv(hidden, LANES));
    }
    if (inputs) {
      workers.run(inputGradient, n * GateLinear.groups(channels));
    }
    workers.run(firstWeights, Math.ceilDiv(hidden, GateLinear.ROWS));
    workers.run(secondWeights, Math.ceilDiv(shared ? 1 : channels, GateLinear.ROWS));
  }

  /** dz of one sample; in the shared case the sum of its dgate replaces each of them. */
  private void outerGradient(int sample, int thread) {
    float[] state = state();
    float[] scratch = array(operands.scratch());
    int as = a + sample * width;
    int alphas = alpha + sample * outer;
    int dgates = dgate + sample * width;
    int dzs = dz + sample * outer;
    if (shared) {
      double total = sumOf(scratch, dgates);
      double slope = state[alphas] * (1.0 - state[alphas]);
      Arrays.fill(scratch, dzs, dzs + outer, 0);
      scratch[dzs] = (float) (total * meanOf(state, as) * slope);
      Arrays.fill(scratch, dgates, dgates + width, (float) (total / channels));
      return;
    }
    for (int c = 0; c < width; c += LANES) {
      FloatVector s = FloatVector.fromArray(SPECIES, state, alphas + c);
      FloatVector d = FloatVector.fromArray(SPECIES, scratch, dgates + c).mul(s.sub(s.mul(s)));
      if (shrinkage) {
        d = d.mul(FloatVector.fromArray(SPECIES, state, as + c));
      }
      d.intoArray(scratch, dzs + c);
    }
  }

  private void innerGradient(int item, int thread) {
    int groups = GateLinear.groups(hidden);
    int sample = item / groups;
    int group = item % groups;
    float[] state = state();
    float[] scratch = array(operands.scratch());
    int dus = du + sample * inner;
    second.backward(scratch, dz + sample * outer, scratch, dus, group, 4);
    int from = group * GateLinear.WIDTH;
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int j = from; j < from + GateLinear.WIDTH; j += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, state, r + sample * inner + j);
      zero.blend(
              FloatVector.fromArray(SPECIES, scratch, dus + j), v.compare(VectorOperators.GT, zero))
          .intoArray(scratch, dus + j);
    }
  }

  /**
   * Turns dv into du where it stands, for the hidden units of one vector. In double: of two samples
   * almost all of dv cancels.
   */
  private void normGradient(int block, int thread) {
    boolean batch = norm == Norm.BATCH;
    View[] w = operands.w();
    for (int k = block * LANES; k < Math.min((block + 1) * LANES, hidden); k++) {
      double centre = batch ? batchMean(k) : value(w[4], k);
      double variance = batch ? batchSquares(k, centre) / n : value(w[5], k);
      normGradient(k, centre, 1 / Math.sqrt(variance + Norm.EPSILON), batch);
    }
  }

  private void normGradient(int k, double centre, double inverse, boolean batch) {
    float[] state = state();
    float[] scratch = array(operands.scratch());
    double sum = 0;
    double product = 0;
    for (int i = 0; i < n; i++) {
      double d = scratch[du + i * inner + k];
      sum += d;
      product += d * ((state[u + i * inner + k] - centre) * inverse);
    }
    BatchNorm.accumulate(operands.dw()[2], k, product);
    BatchNorm.accumulate(operands.dw()[3], k, sum);
    double gain = value(operands.w()[2], k) * inverse;
    double level = batch ? sum / n : 0;
    double tilt = batch ? product / n * inverse : 0;
    for (int i = 0; i < n; i++) {
      int at = du + i * inner + k;
      double d = state[u + i * inner + k] - centre;
      scratch[at] = (float) (gain * (scratch[at] - level - d * tilt));
    }
  }

  private void inputGradient(int item, int thread) {
    int groups = GateLinear.groups(channels);
    int sample = item / groups;
    int from = item % groups * GateLinear.WIDTH;
    float[] state = state();
    float[] scratch = array(operands.scratch());
    int das = da + sample * width;
    int vectors = Math.min(4, (width - from) / LANES);
    first.backward(scratch, du + sample * inner, scratch, das, item % groups, vectors);
    int dgates = dgate + sample * width;
    int alphas = alpha + sample * outer;
    for (int c = from; c < from + vectors * LANES; c += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, scratch, das + c);
      if (shrinkage) {
        FloatVector s =
            shared
                ? FloatVector.broadcast(SPECIES, state[alphas])
                : FloatVector.fromArray(SPECIES, state, alphas + c);
        d = s.fma(FloatVector.fromArray(SPECIES, scratch, dgates + c), d);
      }
      d.mul(share).intoArray(scratch, das + c);
    }
  }

  private void firstWeights(int item, int thread) {
    View[] dw = operands.dw();
    float[] scratch = array(operands.scratch());
    int k = item * GateLinear.ROWS;
    first.accumulate(k, n, scratch, du, inner, state(), a, width, dw[0], dw[1]);
  }

  private void secondWeights(int item, int thread) {
    View[] dw = operands.dw();
    float[] scratch = array(operands.scratch());
    int k = item * GateLinear.ROWS;
    View weight = dw[dw.length - 2];
    View bias = dw[dw.length - 1];
    second.accumulate(k, n, scratch, dz, outer, state(), r, inner, weight, bias);
  }
}
