package dev.drsn.cli.aggregate;

import dev.drsn.engine.DrsnException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Results under the name of their course; what is no result is counted and left out. */
final class Intake implements Processor<byte[], byte[], String, byte[]> {

  private final Tally tally;
  private ProcessorContext<String, byte[]> context;

  Intake(Tally tally) {
    this.tally = tally;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      Result result = Result.read(record.value());
      context.forward(new Record<>(result.course(), record.value(), record.timestamp()));
    } catch (DrsnException e) {
      String where =
          context
              .recordMetadata()
              .map(at -> at.topic() + ", partition " + at.partition() + ", offset " + at.offset())
              .orElse("a record");
      tally.malformed(where, e.getMessage());
    }
  }
}
