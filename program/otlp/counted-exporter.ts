import { type ExportResult, ExportResultCode } from '@opentelemetry/core';

interface Exporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

interface Watched<Batch> {
  /** Called when a batch leaves the queue. */
  readonly onTaken?: (batch: Batch) => void;
  /** Called with the error if a batch could not be sent, after all retries. */
  readonly onDone: (batch: Batch, error: unknown) => void;
}

/**
 * Tells what becomes of each batch: the SDK only logs it, and resolves a flush all the same if nothing was
 * sent.
 */
export const counted = <Batch>(exporter: Exporter<Batch>, { onTaken, onDone }: Watched<Batch>) => ({
  export(batch: Batch, done: (result: ExportResult) => void): void {
    onTaken?.(batch);
    exporter.export(batch, (result) => {
      onDone(
        batch,
        result.code === ExportResultCode.SUCCESS ? undefined : (result.error ?? 'no reason given'),
      );
      done(result);
    });
  },
  forceFlush: async (): Promise<void> => exporter.forceFlush?.(),
  shutdown: (): Promise<void> => exporter.shutdown(),
});
