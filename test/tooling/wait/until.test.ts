import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../tooling/wait/until.ts';

test('until polls until there is an answer, and resolves with it', async () => {
  let checks = 0;
  assert.equal(await until('three', () => (++checks < 3 ? undefined : checks), { everyMs: 1 }), 3);
  assert.equal(await until('six', async () => ++checks >= 6, { everyMs: 1 }), true);
  assert.equal(await until('nothing, which is an answer', () => 0), 0);
});

test('until rejects after the time limit, with what it waited for and what it saw', async () => {
  const patience = { withinMs: 20, everyMs: 1 };
  await assert.rejects(
    until('two clients', () => false, patience),
    /^Error: timed out after 0.02 s: two clients$/,
  );
  await assert.rejects(
    until('two clients', () => undefined, { ...patience, seen: () => ({ clients: 1 }) }),
    /two clients\n\{ clients: 1 \}$/,
  );
  await assert.rejects(
    until('two clients', () => false, { ...patience, seen: async () => 'the log\nof the program' }),
    /two clients\nthe log\nof the program$/,
  );
});

test('until rejects after the time limit even if a check never returns and describing the state fails', async () => {
  await assert.rejects(
    until('an answer', () => new Promise<boolean>(() => undefined), {
      withinMs: 20,
      seen: () => Promise.reject(new Error('gone')),
    }),
    /an answer\n\(describing the state failed: Error: gone/,
  );
});

test('until rejects at once if a check throws', async () => {
  const broken = () => {
    throw new RangeError('broken');
  };
  await assert.rejects(until('anything', broken), RangeError);
});
