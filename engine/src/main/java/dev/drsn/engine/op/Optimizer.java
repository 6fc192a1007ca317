package dev.drsn.engine.op;

/**
 * How gradients move parameters. With g the gradient, eta the learning rate, lambda the weight
 * decay, t the step counted from 1; state m, v starts at zero.
 */
public sealed interface Optimizer {

  /**
   * Stochastic gradient descent: {@code g += lambda w; m = momentum m + g; w -= eta m}; Nesterov:
   * {@code w -= eta (g + momentum m)}.
   */
  record Sgd(double momentum, boolean nesterov) implements Optimizer {}

  /**
   * Adam (Kingma and Ba 2015): {@code m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w
   * -= eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)}. Weight decay is added to g;
   * decoupled (AdamW, Loshchilov and Hutter 2019) it is {@code w -= eta lambda w} before the step
   * instead.
   */
  record Adam(double beta1, double beta2, double epsilon, boolean decoupled) implements Optimizer {

    /** The customary constants: 0.9, 0.999, 1e-8. */
    public static Adam standard(boolean decoupled) {
      return new Adam(0.9, 0.999, 1e-8, decoupled);
    }
  }
}
