import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../tooling/wait/until.ts';

test('it looks until there is an answer, and gives that', async () => {
  let looks = 0;
  assert.equal(await until('three', () => (++looks < 3 ? undefined : looks), { everyMs: 1 }), 3);
  assert.equal(await until('six', async () => ++looks >= 6, { everyMs: 1 }), true);
  assert.equal(await until('nothing, which is an answer', () => 0), 0);
});

test('what does not come about fails with its name and with what was seen', async () => {
  const patience = { withinMs: 20, everyMs: 1 };
  await assert.rejects(
    until('two clients', () => false, patience),
    /^Error: not within 0.02 s: two clients$/,
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

test('a look that never ends fails as one that finds nothing, and so does one whose account fails', async () => {
  await assert.rejects(
    until('an answer', () => new Promise<boolean>(() => undefined), {
      withinMs: 20,
      seen: () => Promise.reject(new Error('gone')),
    }),
    /an answer\nwhat was seen cannot be told: Error: gone/,
  );
});

test('a look that throws fails at once', async () => {
  const broken = () => {
    throw new RangeError('broken');
  };
  await assert.rejects(until('anything', broken), RangeError);
});
