package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.reproduce.By;
import dev.drsn.trainer.reproduce.Protocol;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The one protocol of all networks; defaults are the paper's. */
final class ProtocolFlags {

  @Option(
      names = "--networks",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "resnet18,senet18,drsn18-cs,drsn18-cw",
      description = "Which to compare; default: ${DEFAULT-VALUE}.")
  private List<String> networks;

  @Option(
      names = "--by",
      paramLabel = "LIST",
      split = ",",
      description =
          "How to divide 4:1: subject (nobody in both parts), image (the paper's), or parts (the"
              + " data's own train and valid); default: subject where known, else image.")
  private List<String> by;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Trainings of each network, each with its own split; default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "200",
      description = "Passes over the training images; default: ${DEFAULT-VALUE}, the paper's.")
  private int epochs;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "224",
      description = "Height and width of the input; default: ${DEFAULT-VALUE}, the paper's.")
  private int size;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the first stage; default: ${DEFAULT-VALUE}, the paper's.")
  private int width;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "1",
      description = "1 grey, 3 colour; default: ${DEFAULT-VALUE}.")
  private int channels;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images a step; default: ${DEFAULT-VALUE}, the paper's.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.001",
      description = "Of Adam, constant; default: ${DEFAULT-VALUE}, the paper's.")
  private double rate;

  @Option(
      names = "--augment",
      paramLabel = "LIST",
      defaultValue = "none",
      description = "As in drsn train; default: ${DEFAULT-VALUE}, as the paper says of none.")
  private String augment;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that prepare images; default: ${DEFAULT-VALUE}.")
  private int workers;

  /** What was asked for, on this data. */
  Protocol protocol(DataSet data, PrintWriter err) {
    List<Architecture> architectures = new ArrayList<>();
    for (String network : networks) {
      Architecture architecture = Architecture.of(network.strip());
      if (!Protocol.PAPER.contains(architecture) || architectures.contains(architecture)) {
        throw new DrsnException(
            network
                + " cannot be compared here; choose each of resnet18, senet18, drsn18-cs and"
                + " drsn18-cw once at most");
      }
      architectures.add(architecture);
    }
    List<By> ways =
        by == null ? List.of(usual(data, err)) : by.stream().map(By::of).distinct().toList();
    Protocol protocol =
        new Protocol(
            architectures,
            ways,
            seeds,
            epochs,
            batch,
            rate,
            width,
            Preprocess.fixed(channels, size),
            augment,
            workers);
    // Whatever is wrong with the options or the data is said before anything is trained.
    protocol.options(1);
    architectures.forEach(each -> protocol.spec(each, data.classes()));
    ways.forEach(way -> way.divide(data, 1));
    return protocol;
  }

  private static By usual(DataSet data, PrintWriter err) {
    if (data.hasSubjects()) {
      return By.SUBJECT;
    }
    err.println(
        "drsn: nobody says who is in the pictures: they are divided by image, as in the paper");
    return By.IMAGE;
  }
}
