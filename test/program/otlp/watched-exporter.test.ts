import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watched } from '../../../program/otlp/watched-exporter.ts';

type Done = (result: { readonly code: number; readonly error?: Error }) => void;

/** Exports one batch, and resolves with what was told of it, and what the SDK was. */
const outcomeOf = (
  exportBatch: (batch: readonly string[], done: Done) => void,
  withinMs = 30_000,
): Promise<{ readonly told: readonly unknown[]; readonly code: number }> =>
  new Promise((resolve) => {
    const told: unknown[] = [];
    const exporter = watched(
      { export: exportBatch, shutdown: async () => undefined },
      { withinMs, onTaken: ({ length }) => told.push(length), onDone: (_, error) => told.push(error) },
    );
    exporter.export(['one', 'two'], ({ code }) => resolve({ told, code }));
  });

test('a batch that is sent, or not, is told once with its size', async () => {
  assert.deepEqual(await outcomeOf((_, done) => done({ code: 0 })), { told: [2, undefined], code: 0 });
  const error = new Error('refused');
  assert.deepEqual(await outcomeOf((_, done) => done({ code: 1, error })), { told: [2, error], code: 1 });
});

test('an exporter that throws has not sent its batch', async () => {
  const error = new Error('a bug');
  const outcome = await outcomeOf(() => {
    throw error;
  });
  assert.deepEqual(outcome, { told: [2, error], code: 1 });
});

test('a batch about which nothing is heard has failed when its time is up, and what is heard later is ignored', async () => {
  let late: Done = () => undefined;
  const { told, code } = await outcomeOf((_, done) => {
    late = done;
  }, 1);
  late({ code: 0 });
  assert.equal(code, 1);
  assert.equal(told.length, 2);
  assert.match(`${told[1]}`, /it does not answer/);
});
