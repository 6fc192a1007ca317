package dev.drsn.bench.contender;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.weights.OnnxWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime running the graph that this engine exports, at its best: all optimisations, threads
 * that spin while they wait, input and output in native memory that stays where it is.
 */
final class OnnxInference implements Contender {
  private final OrtSession session;
  private final OnnxTensor input;
  private final OnnxTensor output;
  private final FloatBuffer logits;

  OnnxInference(Case of) {
    Path file = null;
    try {
      file = Files.createTempFile("drsn-bench", ".onnx");
      OnnxWriter.write(file, of.model());
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (SessionOptions options = options(of.threads())) {
        session = environment.createSession(file.toString(), options);
      }
      FloatBuffer images = direct(of.images().length);
      images.put(0, of.images());
      input = OnnxTensor.createTensor(environment, images, of.extents());
      logits = direct(of.batch() * of.spec().classes());
      long[] extents = {of.batch(), of.spec().classes()};
      output = OnnxTensor.createTensor(environment, logits, extents);
    } catch (OrtException | IOException | LinkageError e) {
      throw new DrsnException("onnxruntime cannot run this cell: " + e.getMessage(), e);
    } finally {
      delete(file);
    }
  }

  private static SessionOptions options(int threads) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
    options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setMemoryPatternOptimization(true);
    options.setCPUArenaAllocator(true);
    options.addConfigEntry("session.intra_op.allow_spinning", "1");
    return options;
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new DrsnException("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public String form() {
    return "exported graph, all optimisations";
  }

  @Override
  public void run() {
    try (OrtSession.Result _ = session.run(Map.of("input", input), Map.of("logits", output))) {
      // The result is in the pinned output.
    } catch (OrtException e) {
      throw new DrsnException("onnxruntime failed: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Answer> answers() {
    float[] all = new float[logits.capacity()];
    logits.get(0, all);
    return List.of(Answer.logits(all));
  }

  @Override
  public void close() {
    try {
      input.close();
      output.close();
      session.close();
    } catch (OrtException e) {
      throw new DrsnException("onnxruntime failed: " + e.getMessage(), e);
    }
  }
}
