package dev.drsn.trainer.train;

import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.evaluate.Evaluation;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * MODEL.md: what whoever uses the model should know of it (Mitchell et al. 2019).
 *
 * @param epochs finished ones
 * @param bestEpoch the model's epoch
 * @param best its results on the valid images
 */
record ModelCard(Arguments arguments, int epochs, int bestEpoch, Evaluation best) {

  String text() {
    return String.join("\n\n", heading(), facts(), accuracy(), reproduce(), limits()) + "\n";
  }

  private String heading() {
    return "# %s of width %d for %d classes"
        .formatted(
            arguments.network().architecture().label(),
            arguments.network().width(),
            arguments.network().classes());
  }

  private String facts() {
    NetworkSpec spec = arguments.network();
    Network network = spec.build();
    long work = network.multiplyAccumulates().values().stream().mapToLong(n -> n).sum();
    StringJoiner rows = new StringJoiner("\n");
    rows.add("| | |\n| --- | --- |");
    row(
        rows,
        "network",
        format(
            "%s, width %d, stem %s; %,d parameters, %,d multiply-accumulates an image",
            spec.architecture().label(),
            spec.width(),
            spec.stem().label(),
            network.parameterCount(),
            work));
    row(rows, "classes", String.join(", ", arguments.data().labels()));
    row(rows, "input", input(arguments.preprocess()));
    row(
        rows,
        "data",
        format(
            "%,d images to train on, %,d valid ones",
            sum(arguments.data().train()), sum(arguments.data().valid())));
    row(rows, "hash of the data", "`" + arguments.data().hash() + "`");
    row(
        rows,
        "started from",
        arguments.start().isEmpty() ? "random weights" : "`" + arguments.start() + "`");
    row(
        rows,
        "training",
        format(
            "%d epochs of batch %d with %s at %.3g on the %s backend; augmentation %s; seed %d;"
                + " epoch %d was the best",
            epochs,
            arguments.options().batch(),
            arguments.options().descent().optimizer().name().toLowerCase(Locale.ROOT),
            arguments.options().descent().rate(),
            arguments.backend(),
            arguments.options().augment(),
            arguments.options().seed(),
            bestEpoch));
    return rows.toString();
  }

  private static void row(StringJoiner rows, String name, String value) {
    rows.add("| " + name + " | " + value.replace("|", "\\|") + " |");
  }

  private static String input(Preprocess preprocess) {
    return "%s, %d x %d pixels; %s crop, margin %s; %s"
        .formatted(
            preprocess.channels() == 1 ? "grey" : "colour",
            preprocess.size(),
            preprocess.size(),
            preprocess.crop().name().toLowerCase(Locale.ROOT),
            preprocess.margin(),
            switch (preprocess.normalise()) {
              case IMAGE -> "each crop brought to mean 0 and deviation 1";
              case FIXED -> "less " + preprocess.mean() + ", divided by " + preprocess.std();
            });
  }

  private String accuracy() {
    ConfusionMatrix matrix = best.confusion();
    StringJoiner text = new StringJoiner("\n");
    text.add("## Results on the valid images\n");
    text.add(
        format(
            "Accuracy **%.2f %%**, macro F1 %.2f %%, balanced accuracy %.2f %%, true class among"
                + " the two likeliest %.2f %%, expected calibration error %.2f %%.",
            100 * best.accuracy(),
            100 * best.macroF1(),
            100 * matrix.balancedAccuracy(),
            100 * best.topTwoAccuracy(),
            100 * best.calibration().error()));
    text.add("The best epoch was chosen by these very images: expect a little less on others.\n");
    text.add("| class | train images | valid images | precision | recall | F1 |");
    text.add("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (int k = 0; k < matrix.classes(); k++) {
      text.add(
          format(
              "| %s | %,d | %,d | %.1f %% | %.1f %% | %.1f %% |",
              matrix.labels().get(k).replace("|", "\\|"),
              arguments.data().train().get(k),
              matrix.support(k),
              100 * matrix.precision(k),
              100 * matrix.recall(k),
              100 * matrix.f1(k)));
    }
    return text.toString();
  }

  private String reproduce() {
    String command = arguments.command().isEmpty() ? "" : "    " + arguments.command() + "\n\n";
    return "## How to make it again\n\n"
        + command
        + format(
            "drsn %s on Java %s; args.json has every setting. The same data, settings and backend"
                + " give the same weights to the bit on processors of one kind.",
            arguments.version(), arguments.java());
  }

  private static String limits() {
    return """
    ## What it is for, and what not

    - It names the expression that a face shows in a picture. That is not what a person feels,
      knows or wants, and single results are often wrong: see the table.
    - The figures hold for pictures like those above. Other cameras, lighting, poses, ages,
      cultures and skin tones were not measured unless the data say so; evaluate on pictures of
      your own before relying on it, by group where that matters.
    - Where labels are votes or the opinion of one person, the model learns that opinion.
    - In the European Union, inferring emotions of persons at work and in education is
      prohibited but for medical and safety reasons (Regulation 2024/1689, Article 5(1)(f)).
      Report figures of groups, not of persons; ask those who are filmed.
    - The terms of the training pictures may restrict what the weights may be used for.\
    """;
  }

  private static long sum(List<Integer> counts) {
    return counts.stream().mapToLong(n -> n).sum();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
