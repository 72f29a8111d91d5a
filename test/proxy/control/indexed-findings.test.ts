import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexedFindings } from '../../../proxy/control/indexed-findings.ts';
import { configurationFor } from '../configurations.ts';

const endpoints = [{ address: '192.0.2.1', port: 1 }];
const { written } = configurationFor({
  listeners: [
    { name: 'z', port: 80, backend: 'b' },
    { name: 'web', port: 81, backend: 'c' },
  ],
  backends: [
    { name: 'b', endpoints },
    { name: 'c', endpoints },
  ],
});

const TABLE: readonly (readonly [engine: string, indexed: string])[] = [
  ['spec.listeners[web].port', 'spec.listeners[1].port'],
  ['spec.listeners[z].port', 'spec.listeners[0].port'],
  ['spec.backends[b]', 'spec.backends[0]'],
  ['spec.backends[c]', 'spec.backends[1]'],
  ['spec.backends', 'spec.backends'],
  ['spec.listeners[gone].port', 'spec.listeners[gone].port'],
  ['spec.tuning.fileDescriptors', 'spec.tuning.fileDescriptors'],
  ['', ''],
];
for (const [path, indexed] of TABLE)
  test(`the engine's ${path ? `path ${path}` : 'empty path'} becomes ${indexed || 'an empty path'}`, () => {
    assert.deepEqual(indexedFindings([{ code: 'PortTaken', path, message: 'm' }], written), [
      { code: 'PortTaken', path: indexed, message: 'm' },
    ]);
  });

test('findings are unchanged before anything is served', () => {
  const found = [{ code: 'LimitReached' as const, path: 'spec.backends[b]', message: 'm' }];
  assert.deepEqual(indexedFindings(found, undefined), found);
});
