package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Optimizer;

/**
 * One step of gradient descent, element by element: g is the gradient, eta the learning rate,
 * lambda the weight decay, t the step.
 *
 * <pre>
 *   Sgd        g += lambda w     m = momentum m + g     w -= eta m     Nesterov: w -= eta (g + momentum m)
 *
 *   Adam       g += lambda w                 AdamW: w -= eta lambda w instead
 *              m = beta1 m + (1 - beta1) g     v = beta2 v + (1 - beta2) g^2
 *              w -= eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 *   average    average = decay average + (1 - decay) w
 * </pre>
 */
final class Optimizers {
  private Optimizers() {}

  private static void averageOf(View average, View w, double decay) {
    for (int i = 0; i < w.shape().elements(); i++) {
      set(average, i, decay * get(average, i) + (1 - decay) * get(w, i));
    }
  }

  record Sgd(Optimizer.Sgd rule) implements OptimizerKernel {
    @Override
    public void step(View w, View dw, View m, View v, double rate, double decay, int step) {
      for (int i = 0; i < w.shape().elements(); i++) {
        double g = get(dw, i) + decay * get(w, i);
        double mean = rule.momentum() * get(m, i) + g;
        set(m, i, mean);
        double move = rule.nesterov() ? g + rule.momentum() * mean : mean;
        set(w, i, get(w, i) - rate * move);
      }
    }

    @Override
    public void average(View average, View w, double decay) {
      averageOf(average, w, decay);
    }
  }

  record Adam(Optimizer.Adam rule) implements OptimizerKernel {
    @Override
    public void step(View w, View dw, View m, View v, double rate, double decay, int step) {
      double beta1 = rule.beta1();
      double beta2 = rule.beta2();
      for (int i = 0; i < w.shape().elements(); i++) {
        double g = get(dw, i);
        double weight = get(w, i);
        if (rule.decoupled()) {
          weight -= rate * decay * weight;
        } else {
          g += decay * weight;
        }
        double mean = beta1 * get(m, i) + (1 - beta1) * g;
        double square = beta2 * get(v, i) + (1 - beta2) * g * g;
        set(m, i, mean);
        set(v, i, square);
        double meanHat = mean / (1 - Math.pow(beta1, step));
        double squareHat = square / (1 - Math.pow(beta2, step));
        set(w, i, weight - rate * meanHat / (Math.sqrt(squareHat) + rule.epsilon()));
      }
    }

    @Override
    public void average(View average, View w, double decay) {
      averageOf(average, w, decay);
    }
  }
}
