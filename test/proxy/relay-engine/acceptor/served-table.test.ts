import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  listenerOf,
  portsOf,
  type ServedListener,
} from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { PLAIN } from '../../../../proxy/relay-engine/acceptor/transport.ts';
import { listenerForTest } from './acceptor.ts';

const listener = (slot: number, backendSlot: number): ServedListener => ({
  ...listenerForTest(9, 80),
  slot,
  backendSlot,
  idleTicks: 10,
  halfClosedTicks: 10,
  onReadable: () => undefined,
  onLeaving: () => undefined,
  needsDescriptors: true,
  transport: PLAIN,
  version: 1,
  sources: undefined,
  preface: undefined,
});

const LISTENERS = [listener(1, 5), listener(2, 6)];
const BEFORE = [listener(1, 4), listener(3, 7)];

const ROWS: readonly (readonly [string, slot: number, backend: number | undefined])[] = [
  ['the same one, if its listener still names it', 2, 6],
  ['the current one, if its listener names another one now', 1, 5],
  ['the previous one, if its listener was just removed', 3, 7],
  ['none, if its listener was removed earlier and its slot may be reused', 8, undefined],
];

for (const [name, slot, backend] of ROWS)
  test(`the backend of a connection that was handed over: ${name}`, () => {
    assert.equal(listenerOf({ listeners: LISTENERS, before: BEFORE }, slot)?.backendSlot, backend);
  });

test('a source port may be the port of a listener of another protocol', () => {
  const other = { ...listener(2, 6), port: 53, protocol: 'UDP' as const };
  const table = { listeners: [listener(1, 5), other], backends: new Map() };
  assert.deepEqual(portsOf(table, 'TCP'), new Set([80]));
  assert.deepEqual(portsOf(table, 'UDP'), new Set([53]));
});
