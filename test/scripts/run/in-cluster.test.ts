import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TuningEntry } from '../../../report/status.ts';
import { missingImages } from '../../../scripts/run/load-images.ts';
import { mergeTuning } from '../../../scripts/run/proxy-tuning.ts';
import { pendingOfDeployment, pendingOfResource } from '../../../scripts/run/until-ready.ts';
import { sampleWorkloads } from '../../../scripts/run/workloads.ts';

const ready = (status: string, reason: string, message?: string) => ({
  type: 'Ready',
  status,
  reason,
  ...(message === undefined ? {} : { message }),
});

test('a resource is pending until its newest spec is ready, and the reason is the operator’s', () => {
  const table: readonly [Parameters<typeof pendingOfResource>[0], string | undefined][] = [
    [{ metadata: { generation: 1 } }, 'edge: waiting for the operator'],
    [
      {
        metadata: { generation: 2 },
        status: { observedGeneration: 1, conditions: [ready('True', 'Available')] },
      },
      'edge: waiting for the operator',
    ],
    [
      {
        metadata: { generation: 1 },
        status: { observedGeneration: 1, conditions: [ready('False', 'Progressing', '1 of 2 pods serve')] },
      },
      'edge: Progressing, 1 of 2 pods serve',
    ],
    [
      {
        metadata: { generation: 1 },
        status: { observedGeneration: 1, conditions: [ready('True', 'Available')] },
      },
      undefined,
    ],
  ];
  for (const [resource, expected] of table) assert.equal(pendingOfResource(resource), expected);
});

test('a Deployment is pending until all of its newest pods are available and the old ones are gone', () => {
  const metadata = { name: 'web', generation: 2 };
  const full = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  const table: readonly [object | undefined, string | undefined][] = [
    [undefined, 'web: 0 of 3 pods ready'],
    [{ ...full, observedGeneration: 1 }, 'web: 0 of 3 pods ready'],
    [{ ...full, availableReplicas: 2 }, 'web: 2 of 3 pods ready'],
    [{ ...full, updatedReplicas: 1 }, 'web: 1 of 3 pods ready'],
    [{ ...full, replicas: 4, availableReplicas: 4 }, 'web: 3 of 3 pods ready'],
    [full, undefined],
  ];
  for (const [status, expected] of table)
    assert.equal(
      pendingOfDeployment({ metadata, spec: { replicas: 3 }, ...(status ? { status } : {}) }),
      expected,
    );
});

test('an image is loaded if any node lacks it', () => {
  const node = (...names: readonly string[]) => ({ status: { images: [{ names }] } });
  const images = ['a:1', 'b:1', 'c:1'].map((reference) => ({ reference, tar: `${reference}.tar` }));
  const nodes = { items: [node('a:1', 'b:1'), node('a:1', 'c:1')] };
  assert.deepEqual(
    missingImages(nodes, images).map(({ reference }) => reference),
    ['b:1', 'c:1'],
  );
  assert.equal(missingImages({ items: [{ status: {} }] }, images).length, 3);
});

test('the tuning of several proxies becomes one table: it lists different values, and differs if one proxy does', () => {
  const line = (name: string, effective: string, ok: boolean, hint?: string): TuningEntry => ({
    name,
    asked: '2',
    effective,
    ok,
    ...(hint === undefined ? {} : { hint }),
  });
  const merged = mergeTuning([
    [line('same', '2', true), line('differs', '2', true)],
    [line('same', '2', true), line('differs', '1', false, 'do this')],
    [line('same', '2', true), line('differs', '1', false, 'do that')],
  ]);
  assert.deepEqual(
    merged.map(({ name, effective, ok, hint }) => [name, effective, ok, hint]),
    [
      ['same', '2', true, undefined],
      ['differs', '2 / 1', false, 'do this'],
    ],
  );
});

test('the sample includes Redis only if there is an image for it', () => {
  const kinds = (redis: string | undefined) =>
    sampleWorkloads({ echo: 'echo', redis }).map(
      ({ kind, metadata }) => `${kind} ${(metadata as { name: string }).name}`,
    );
  assert.deepEqual(kinds(undefined), ['Deployment web', 'Service web']);
  assert.deepEqual(kinds('redis').slice(2), ['Deployment cache', 'Service cache']);
});
