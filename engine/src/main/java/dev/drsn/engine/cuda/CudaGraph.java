package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.ProfileRange;
import dev.drsn.engine.backend.Recording;
import java.util.function.IntConsumer;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;

/**
 * Steps of a plan as a CUDA graph for each number of samples: one call starts them all. The first
 * run goes step by step, because then launches are prepared and algorithms chosen; the second is
 * recorded. Where more samples than asked do no harm, numbers are rounded up to powers of two, so
 * that there are few graphs.
 */
final class CudaGraph implements Recording {

  /**
   * Where numbers are not rounded, only so many have graphs: batches of a training are of two
   * sizes.
   */
  private static final int MOST_EXACT = 4;

  private final CudaContext context;
  private final int most;
  private final boolean exact;
  private final IntConsumer steps;
  private final CUgraphExec_st[] graphs;
  private final boolean[] prepared;
  private int recorded;

  /** Whether somebody wants to see single steps. */
  private final ProfileRange watched = new ProfileRange("graph", "", "", "", "", 0);

  CudaGraph(CudaContext context, int most, boolean exact, IntConsumer steps) {
    this.context = context;
    this.most = most;
    this.exact = exact;
    this.steps = steps;
    graphs = new CUgraphExec_st[most + 1];
    prepared = new boolean[most + 1];
  }

  @Override
  public void run(int n) {
    synchronized (context) {
      context.enter();
      int samples = exact ? n : Math.min(most, rounded(n));
      if (watched.isEnabled()) {
        context.stepByStep(() -> steps.accept(n));
      } else if (graphs[samples] != null) {
        start(graphs[samples]);
      } else if (!prepared[samples] || context.blocking() || exact && recorded == MOST_EXACT) {
        prepared[samples] = true;
        steps.accept(samples);
      } else {
        graphs[samples] = record(samples);
        recorded++;
        start(graphs[samples]);
      }
    }
  }

  /** The next power of two. */
  private static int rounded(int n) {
    return n == 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
  }

  private CUgraphExec_st record(int samples) {
    String what = "recording a run of " + samples + " samples";
    CUgraph_st graph = new CUgraph_st();
    CUgraphExec_st executable = new CUgraphExec_st();
    CudaError.check(
        cudart.cudaStreamBeginCapture(context.stream(), cudart.cudaStreamCaptureModeThreadLocal),
        what);
    try {
      steps.accept(samples);
    } catch (RuntimeException e) {
      if (cudart.cudaStreamEndCapture(context.stream(), graph) == 0) {
        cudart.cudaGraphDestroy(graph);
      }
      throw e;
    }
    CudaError.check(cudart.cudaStreamEndCapture(context.stream(), graph), what);
    CudaError.check(cudart.cudaGraphInstantiate(executable, graph, 0), what);
    CudaError.check(cudart.cudaGraphDestroy(graph), what);
    return executable;
  }

  private void start(CUgraphExec_st graph) {
    int error = cudart.cudaGraphLaunch(graph, context.stream());
    if (error != 0) {
      CudaError.check(error, "a recorded run");
    }
  }

  @Override
  public void close() {
    synchronized (context) {
      context.enter();
      for (int i = 0; i < graphs.length; i++) {
        if (graphs[i] != null) {
          context.finish("a recorded run");
          cudart.cudaGraphExecDestroy(graphs[i]);
          graphs[i] = null;
        }
      }
    }
  }
}
