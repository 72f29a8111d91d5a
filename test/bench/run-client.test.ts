import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runClient } from './measure/run-client.ts';
import { loopback } from './network/loopback.ts';

const environment = { network: loopback(), signal: new AbortController().signal };

test('the output of a client is returned', async () => {
  assert.equal(await runClient(environment, ['echo', 'yes'], 1), 'yes\n');
});

test('a client that does not end is stopped, and the failure says which and what it wrote', async () => {
  await assert.rejects(
    runClient(environment, ['sh', '-c', 'echo begun; exec sleep 3600'], 0.2, 0.2),
    /sh measures for 0\.2 s and had not ended 0\.2 s after that; last lines: begun/,
  );
});

test('a bench that is stopped says that, and not that its client was late', async () => {
  const stopped = AbortSignal.abort();
  await assert.rejects(runClient({ ...environment, signal: stopped }, ['sleep', '1'], 1), /was not started/);
});
