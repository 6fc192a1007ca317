package dev.drsn.engine.stream;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.weights.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * A model ready for pictures: finds the faces, prepares each as in training, runs them together.
 * Owns its plan; backend and detectors are the caller's. One thread at a time.
 */
public final class Classifier implements AutoCloseable {

  private final Preprocess preprocess;
  private final InferencePlan plan;
  private final float[] inputs;
  private final float[] outputs;

  /**
   * Compiles the model.
   *
   * @param batch the most faces at once; pictures with more take several runs
   */
  public Classifier(Model model, Backend backend, int batch) {
    this.preprocess = model.preprocess();
    this.plan = InferencePlan.compile(model.network(), model.weights(), backend, batch);
    this.inputs = new float[batch * preprocess.elements()];
    this.outputs = new float[batch * plan.outputs()];
  }

  /** A prediction for each face that the detector finds, in its order; none where it finds none. */
  public List<Prediction> classify(Image image, FaceDetector detector) {
    List<Face> faces = detector.detect(image);
    List<Prediction> predictions = new ArrayList<>(faces.size());
    for (int from = 0; from < faces.size(); from += plan.batch()) {
      List<Face> some = faces.subList(from, Math.min(faces.size(), from + plan.batch()));
      for (int i = 0; i < some.size(); i++) {
        preprocess.apply(image, some.get(i).box(), inputs, i * preprocess.elements());
      }
      plan.run(inputs, some.size(), outputs);
      Softmax.rows(outputs, some.size(), plan.outputs());
      for (int i = 0; i < some.size(); i++) {
        predictions.add(prediction(some.get(i), i));
      }
    }
    return predictions;
  }

  private Prediction prediction(Face face, int row) {
    int classes = plan.outputs();
    List<Float> probabilities = new ArrayList<>(classes);
    for (int k = 0; k < classes; k++) {
      probabilities.add(outputs[row * classes + k]);
    }
    return new Prediction(face, Softmax.argmax(outputs, row, classes), probabilities);
  }

  @Override
  public void close() {
    plan.close();
  }
}
