package dev.drsn.bench.contender;

import dev.drsn.engine.DrsnException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * libtorch's forward pass of a frozen TorchScript module: weights are constants, normalisations
 * folded into convolutions. Its forms differ in what comes after that; which is fastest depends on
 * network and batch, so a cell tries them all and keeps the best.
 */
final class TorchInference implements Contender {

  /** What libtorch offers behind freezing. */
  enum Form {
    MKLDNN("frozen, optimised for inference (oneDNN layouts)", MemoryFormat.Contiguous),
    CHANNELS_LAST("frozen, channels last", MemoryFormat.ChannelsLast),
    CONTIGUOUS("frozen, contiguous", MemoryFormat.Contiguous);

    private final String text;
    private final MemoryFormat format;

    Form(String text, MemoryFormat format) {
      this.text = text;
      this.format = format;
    }
  }

  private final Form form;
  private final JitModule frozen;
  private final IValueVector input;
  private float[] logits = {};

  TorchInference(Case of, Form form) {
    this.form = form;
    TorchModule.threads(of.threads());
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      JitModule module = new TorchModule(of, false, form.format).module();
      JitModule constant = torch.freeze(module);
      frozen = form == Form.MKLDNN ? torch.optimize_for_inference(constant) : constant;
      input =
          new IValueVector(new IValue(TorchModule.tensor(of.images(), of.extents(), form.format)));
      frozen.retainReference();
      input.retainReference();
    } catch (RuntimeException | LinkageError e) {
      throw new DrsnException("libtorch cannot run this cell: " + TorchModule.firstLine(e), e);
    }
  }

  /** All forms, loaded. */
  static List<Contender> forms(Case of) {
    List<Contender> all = new ArrayList<>();
    for (Form form : Form.values()) {
      all.add(new TorchInference(of, form));
    }
    return all;
  }

  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public String form() {
    return form.text;
  }

  @Override
  public void run() {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      logits = TorchModule.values(frozen.forward(input).toTensor());
    }
  }

  @Override
  public List<Answer> answers() {
    return List.of(Answer.logits(logits));
  }

  @Override
  public void close() {
    input.releaseReference();
    frozen.releaseReference();
  }
}
