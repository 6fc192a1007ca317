package dev.drsn.bench.contender;

import dev.drsn.engine.DrsnException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * libtorch's training step: eager operations, autograd, its fused Adam. In which memory format it
 * is faster depends on the network and the machine, so a cell tries both and keeps the better.
 */
final class TorchTraining implements Contender {
  private final MemoryFormat format;
  private final PointerScope memory = new PointerScope();
  private final TorchModule network;
  private final JitModule adam;
  private final IValueVector input;
  private final Tensor targets;
  private List<Answer> first;

  private TorchTraining(Case of, MemoryFormat format) {
    this.format = format;
    TorchModule.threads(of.threads());
    torch.setGraphExecutorOptimize(false);
    try {
      network = new TorchModule(of, true, format);
      adam = adam(network);
      input = new IValueVector(new IValue(TorchModule.tensor(of.images(), of.extents(), format)));
      targets =
          TorchModule.tensor(
              of.targets(), new long[] {of.batch(), of.spec().classes()}, MemoryFormat.Contiguous);
    } catch (RuntimeException | LinkageError e) {
      throw new DrsnException("libtorch cannot run this cell: " + TorchModule.firstLine(e), e);
    }
  }

  /** Both memory formats, loaded. */
  static List<Contender> forms(Case of) {
    return List.of(
        new TorchTraining(of, MemoryFormat.ChannelsLast),
        new TorchTraining(of, MemoryFormat.Contiguous));
  }

  /** A module whose method takes all gradients in order and moves the parameters it was given. */
  private static JitModule adam(TorchModule of) {
    JitModule module = new JitModule(new QualifiedName("adam"));
    StringBuilder arguments = new StringBuilder("self");
    List<List<String>> lists = new ArrayList<>();
    for (String each : List.of("p", "g", "m", "v", "t")) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < of.trained().size(); i++) {
        names.add((each.equals("g") ? "" : "self.") + each + i);
      }
      lists.add(names);
    }
    int i = 0;
    for (Tensor p : of.trained().values()) {
      arguments.append(", g").append(i).append(": Tensor");
      module.register_buffer("p" + i, p.detach());
      module.register_buffer("m" + i, torch.zeros_like(p.detach()));
      module.register_buffer("v" + i, torch.zeros_like(p.detach()));
      module.register_buffer("t" + i, torch.zeros(new long[0]));
      i++;
    }
    module.define(
        "def forward("
            + arguments
            + "):\n    t = "
            + lists.get(4)
            + "\n    torch._foreach_add_(t, 1)\n    torch._fused_adam_("
            + String.join(
                ", ",
                lists.get(0).toString(),
                lists.get(1).toString(),
                lists.get(2).toString(),
                lists.get(3).toString(),
                "[]",
                "t",
                "lr=" + DrsnTraining.RATE,
                "beta1=" + DrsnTraining.ADAM.beta1(),
                "beta2=" + DrsnTraining.ADAM.beta2(),
                "weight_decay=0.0",
                "eps=" + DrsnTraining.ADAM.epsilon(),
                "amsgrad=False",
                "maximize=False")
            + ")\n    return t[0]\n");
    return module;
  }

  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public String form() {
    return format == MemoryFormat.ChannelsLast
        ? "eager, channels last, fused Adam"
        : "eager, contiguous, fused Adam";
  }

  @Override
  public void run() {
    try (PointerScope _ = new PointerScope()) {
      Tensor logits = network.module().forward(input).toTensor();
      Tensor loss = torch.cross_entropy_loss(logits, targets, new TensorOptional(), 1, -100, 0);
      loss.backward();
      IValueVector gradients = new IValueVector();
      network.trained().values().forEach(p -> gradients.push_back(new IValue(p.grad())));
      adam.forward(gradients);
      if (first == null) {
        first = first(logits);
      }
      network.trained().values().forEach(p -> p.mutable_grad().reset());
      loss.item_float();
    }
  }

  private List<Answer> first(Tensor logits) {
    List<float[]> all = new ArrayList<>();
    network.trained().values().forEach(p -> all.add(TorchModule.values(p.grad())));
    return List.of(Answer.logits(TorchModule.values(logits)), Answer.gradients(all));
  }

  @Override
  public List<Answer> answers() {
    return first;
  }

  @Override
  public void close() {
    memory.close();
  }
}
