import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSoak } from '../../soak/run-soak.ts';
import { judge } from '../../soak/verdict.ts';

const FOR_MS = 20_000;

test('a short soak of mixed clients, changing tables and dying endpoints has no unexplained failures and no leaks', async (t) => {
  const soaked = await runSoak({
    forMs: FOR_MS,
    acceptors: 3,
    signal: t.signal,
    onProgress: () => undefined,
    onFailure: (words) => t.diagnostic(words),
  });
  for (const [name, { good, killed }] of Object.entries(soaked.sessions))
    t.diagnostic(`${name}: ${good} good, ${killed} ended with a killed endpoint`);
  assert.deepEqual(
    judge(soaked).filter(({ ok }) => !ok),
    [],
  );
});
