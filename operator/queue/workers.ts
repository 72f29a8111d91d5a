import type { Queue } from './queue.ts';

/**
 * Works on the keys of the queue, at most `count` at a time. Resolves when the queue has stopped and the work
 * in progress is finished. `work` must not throw: an error is a bug and rejects the promise.
 */
export const runWorkers = async (
  queue: Pick<Queue, 'take' | 'done'>,
  count: number,
  work: (key: string) => Promise<void>,
): Promise<void> => {
  const worker = async (): Promise<void> => {
    for (;;) {
      const key = await queue.take();
      if (key === undefined) return;
      try {
        await work(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
};
