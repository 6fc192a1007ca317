package dev.drsn.bench.contender;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import java.util.ArrayList;
import java.util.List;

/** This engine's training step: forward, cross-entropy, backward, Adam. */
public final class DrsnTraining implements Contender {

  /** So small that the weights stay what they are for the comparison's purposes. */
  static final double RATE = 1e-5;

  static final Optimizer.Adam ADAM = Optimizer.Adam.standard(false);

  private final Case of;
  private final Backend backend;
  private final TrainingPlan plan;
  private List<Answer> first;

  public DrsnTraining(Case of) {
    this.of = of;
    TrainingOptions options = TrainingOptions.of(ADAM);
    backend = Backends.open("cpu", of.threads()).backend();
    plan = TrainingPlan.compile(of.network(), of.weights(), options, backend, of.batch());
  }

  @Override
  public String name() {
    return "drsn";
  }

  @Override
  public String form() {
    return backend.description();
  }

  @Override
  public void run() {
    plan.step(of.images(), of.targets(), of.batch(), RATE);
    if (first == null) {
      first = first();
    }
  }

  private List<Answer> first() {
    float[] logits = new float[of.batch() * of.spec().classes()];
    plan.logits(logits, of.batch());
    List<float[]> all = new ArrayList<>();
    of.network()
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.role().trainable()) {
                all.add(plan.state().gradient(name).data());
              }
            });
    return List.of(Answer.logits(logits), Answer.gradients(all));
  }

  @Override
  public List<Answer> answers() {
    return first;
  }

  @Override
  public void close() {
    plan.close();
    backend.close();
  }
}
