import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TuningEntry } from '../../../report/status.ts';
import { missingImages } from '../../../scripts/run/load-images.ts';
import { mergeTuning } from '../../../scripts/run/proxy-tuning.ts';
import { awaitedOfDeployment, awaitedOfResource } from '../../../scripts/run/until-ready.ts';
import { sampleWorkloads } from '../../../scripts/run/workloads.ts';

const ready = (status: string, reason: string, message?: string) => ({
  type: 'Ready',
  status,
  reason,
  ...(message === undefined ? {} : { message }),
});

test('a resource is awaited until its newest spec is ready, with the operator’s own words', () => {
  const table: readonly [Parameters<typeof awaitedOfResource>[0], string | undefined][] = [
    [{ metadata: { generation: 1 } }, 'edge: the operator takes it up'],
    [
      {
        metadata: { generation: 2 },
        status: { observedGeneration: 1, conditions: [ready('True', 'Available')] },
      },
      'edge: the operator takes it up',
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
  for (const [resource, expected] of table) assert.equal(awaitedOfResource(resource), expected);
});

test('a Deployment is awaited until all of its newest pods are available and the old ones are gone', () => {
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
      awaitedOfDeployment({ metadata, spec: { replicas: 3 }, ...(status ? { status } : {}) }),
      expected,
    );
});

test('an image is loaded when any node lacks it', () => {
  const node = (...names: readonly string[]) => ({ status: { images: [{ names }] } });
  const images = ['a:1', 'b:1', 'c:1'].map((reference) => ({ reference, tar: `${reference}.tar` }));
  const nodes = { items: [node('a:1', 'b:1'), node('a:1', 'c:1')] };
  assert.deepEqual(
    missingImages(nodes, images).map(({ reference }) => reference),
    ['b:1', 'c:1'],
  );
  assert.equal(missingImages({ items: [{ status: {} }] }, images).length, 3);
});

test('the tuning of several proxies is one table: different values stand side by side, one miss is a miss', () => {
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

test('the sample has a Redis only where there is an image of one', () => {
  const kinds = (redis: string | undefined) =>
    sampleWorkloads({ echo: 'echo', redis }).map(
      ({ kind, metadata }) => `${kind} ${(metadata as { name: string }).name}`,
    );
  assert.deepEqual(kinds(undefined), ['Deployment web', 'Service web']);
  assert.deepEqual(kinds('redis').slice(2), ['Deployment cache', 'Service cache']);
});
