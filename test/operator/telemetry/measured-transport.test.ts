import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { measureTransports } from '../../../operator/telemetry/measured-transport.ts';
import { type Step, scriptedTransport } from '../../kube/scripted-transport.ts';

const measured = (script: readonly Step[]) => {
  const registry = new Registry();
  const transport = measureTransports('api:6443', registry)(scriptedTransport(script));
  const counts = async (): Promise<Readonly<Record<string, number>>> => {
    const [metric] = await registry.getMetricsAsJSON();
    return Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [
        `${labels.method} ${labels.code} ${labels.host}`,
        value,
      ]),
    );
  };
  return { transport, counts };
};
const REFUSED = new ApiError({ method: 'PATCH', path: '/x', httpStatus: 403, body: '' });
const LOST = new TransportError('ConnectionLost', 'https://api:6443', 'GET', 'nothing');

test('responses, refusals and connection failures are counted separately, and passed on unchanged', async () => {
  const { transport, counts } = measured([{ answer: 7 }, { error: REFUSED }, { error: LOST }]);
  assert.equal(await transport.request({ method: 'GET', path: '/x' }), 7);
  await assert.rejects(transport.request({ method: 'PATCH', path: '/x' }), REFUSED);
  await assert.rejects(transport.request({ method: 'GET', path: '/x' }), LOST);
  assert.deepEqual(await counts(), {
    'GET 200 api:6443': 1,
    'PATCH 403 api:6443': 1,
    'GET <error> api:6443': 1,
  });
});

test('a watch counts once, when it opens, however it ends', async () => {
  const { transport, counts } = measured([{ lines: ['a', 'b'], ending: LOST }, { error: REFUSED }]);
  const seen: string[] = [];
  let opened = 0;
  const read = async (): Promise<void> => {
    for await (const line of transport.lines({ method: 'GET', path: '/x', onOpen: () => void opened++ }))
      seen.push(line);
  };
  await assert.rejects(read(), LOST);
  await assert.rejects(read(), REFUSED);
  assert.deepEqual([seen, opened], [['a', 'b'], 1]);
  assert.deepEqual(await counts(), { 'GET 200 api:6443': 1, 'GET 403 api:6443': 1 });
});
