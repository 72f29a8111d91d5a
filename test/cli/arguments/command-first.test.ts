import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandFirst } from '../../../cli/arguments/command-first.ts';

for (const [given, read] of [
  ['status edge -n shop', 'status edge -n shop'],
  ['-n shop status edge', 'status -n shop edge'],
  [
    '--namespace=shop --context c --kubeconfig f why edge',
    'why --namespace=shop --context c --kubeconfig f edge',
  ],
  ['-nshop -A --direct status', 'status -nshop -A --direct'],
  ['-n shop', '-n shop'],
  ['-n', '-n'],
  ['-n shop --help', '-n shop --help'],
  ['-o json status', '-o json status'],
  ['--version', '--version'],
  ['', ''],
] as const)
  test(`"${given}" is read as "${read}"`, () => {
    const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');
    assert.deepEqual(commandFirst(words(given)), words(read));
  });
