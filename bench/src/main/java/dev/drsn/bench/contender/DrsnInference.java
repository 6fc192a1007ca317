package dev.drsn.bench.contender;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.plan.InferencePlan;
import java.util.List;

/** This engine's forward pass, from images in a Java array to logits in one. */
public final class DrsnInference implements Contender {
  private final Case of;
  private final Backend backend;
  private final InferencePlan plan;
  private final float[] logits;

  public DrsnInference(Case of) {
    this.of = of;
    backend = Backends.open("cpu", of.threads()).backend();
    plan = InferencePlan.compile(of.network(), of.weights(), backend, of.batch());
    logits = new float[of.batch() * of.spec().classes()];
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
    plan.run(of.images(), of.batch(), logits);
  }

  @Override
  public List<Answer> answers() {
    return List.of(Answer.logits(logits.clone()));
  }

  @Override
  public void close() {
    plan.close();
    backend.close();
  }
}
