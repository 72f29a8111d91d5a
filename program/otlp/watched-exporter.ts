import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { asError } from '../as-error.ts';

interface Exporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

interface Watch<Batch> {
  /**
   * Milliseconds after which a batch has failed in any case: an exporter's own time begins when it is
   * connected, and a firewall may drop the packets of a connection.
   */
  readonly withinMs: number;
  /** Called when a batch leaves the queue. */
  readonly onTaken?: (batch: Batch) => void;
  /** Called once for each batch, with the error if it could not be sent, after all retries. */
  readonly onDone: (batch: Batch, error: unknown) => void;
}

/**
 * Tells what becomes of each batch: the SDK only logs it, and resolves a flush all the same if nothing was
 * sent.
 */
export const watched = <Batch>(exporter: Exporter<Batch>, { withinMs, onTaken, onDone }: Watch<Batch>) => ({
  export(batch: Batch, done: (result: ExportResult) => void): void {
    onTaken?.(batch);
    let isOver = false;
    const end = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      onDone(batch, error);
      done(
        error === undefined
          ? { code: ExportResultCode.SUCCESS }
          : { code: ExportResultCode.FAILED, error: asError(error) },
      );
    };
    const timer = setTimeout(() => end(new Error('it does not answer')), withinMs).unref();
    try {
      exporter.export(batch, ({ code, error }) =>
        end(code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('no reason is given'))),
      );
    } catch (error) {
      end(error);
    }
  },
  forceFlush: async (): Promise<void> => exporter.forceFlush?.(),
  shutdown: (): Promise<void> => exporter.shutdown(),
});
