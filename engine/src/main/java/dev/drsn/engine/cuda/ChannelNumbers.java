package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.op.Op;

/**
 * Soft thresholding and channel scaling: images with one number a channel, t [N, C].
 *
 * <pre>
 *   y = sign(x) max(|x| - t, 0)    dx = dy m    dt[n,c] = -sum dy sign(x) m    m = [|x| &gt; t]
 *   y = x t                        dx = dy t    dt[n,c] = sum dy x
 * </pre>
 *
 * <p>Nothing is saved. Kernels: {@code channelwise.cu}.
 */
final class ChannelNumbers extends CudaKernel {

  private static final String FILE = "channelwise";

  private final String name;
  private final int cs;
  private final int area;
  private final int slices;
  private final DeviceMemory tickets;
  private Launch forward;
  private Launch backward;

  ChannelNumbers(CudaContext context, Op op, Layouts layouts) {
    super(context, op, layouts);
    name = op instanceof Op.SoftThreshold ? "soft_threshold" : "channel_scale";
    cs = ChannelsLast.padded(x().c());
    area = x().area();
    slices = slices(x(), area, tiles(x()) * x().n());
    tickets = own((long) x().n() * tiles(x()));
  }

  @Override
  public long scratchSize() {
    return layouts.training() ? (long) x().n() * slices * cs : 0;
  }

  @Override
  void bind(Operands operands) {
    forward = typed(FILE, name + "_forward").with(operands.x()[0]).with(operands.x()[1]);
    forward.with(operands.y()).with(area).with(cs);
    if (operands.dy() != null) {
      backward = typed(FILE, name + "_backward").with(operands.x()[0]).with(operands.x()[1]);
      backward.with(operands.dy()).with(dx(operands, 0)).with(dx(operands, 1));
      backward.with(operands.scratch()).with(tickets.address(0)).with(area).with(cs);
      backward.with(false).with(false);
    }
  }

  @Override
  void forward(int n) {
    forward.run(tiles(x()), slices, n, BLOCK);
  }

  @Override
  void backward(int n) {
    backward.set(9, operands().add()[0]);
    backward.set(10, operands().add()[1]);
    backward.run(tiles(x()), slices, n, BLOCK);
  }
}
