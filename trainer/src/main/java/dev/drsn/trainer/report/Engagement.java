package dev.drsn.trainer.report;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.annotate.LabelSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What each class counts in the engagement index: {@code sum w_k share_k}, from 0 to 1. The weights
 * are a judgement, not a measurement, so they come from a file of its user's: a YAML line a class,
 * as {@code focused: 1}, or a {@link LabelSet} whose labels have weights.
 *
 * @param weights one a class, in the recording's order
 */
public record Engagement(double[] weights) {

  /** Reads the weights of these classes: all of them, and no others. */
  public static Engagement read(Path file, List<String> labels) {
    Object content;
    try {
      content = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    } catch (YamlEngineException e) {
      throw new DrsnException(file + " is not YAML; write a line a class, as focused: 1", e);
    }
    if (!(content instanceof Map<?, ?> map)) {
      throw new DrsnException(file + " has no weights; write a line a class, as focused: 1");
    }
    if (map.get("labels") instanceof List<?> && !labels.contains("labels")) {
      map = weights(LabelSet.read(file));
    }
    for (Object key : map.keySet()) {
      if (!labels.contains(String.valueOf(key))) {
        throw new DrsnException(
            file + ": there is no class '" + key + "'; there are " + String.join(", ", labels));
      }
    }
    double[] weights = new double[labels.size()];
    for (int k = 0; k < weights.length; k++) {
      String label = labels.get(k);
      if (!(map.get(label) instanceof Number n) || n.doubleValue() < 0 || n.doubleValue() > 1) {
        throw new DrsnException(file + ": the weight of " + label + " is a number from 0 to 1");
      }
      weights[k] = n.doubleValue();
    }
    return new Engagement(weights);
  }

  private static Map<String, Double> weights(LabelSet set) {
    Map<String, Double> weights = new HashMap<>();
    for (LabelSet.Label label : set.labels()) {
      label.weight().ifPresent(weight -> weights.put(label.name(), weight));
    }
    return weights;
  }

  /** The index of these shares. */
  double of(double[] shares) {
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k] * shares[k];
    }
    return sum;
  }
}
