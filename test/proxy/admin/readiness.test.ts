import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNotReady, whyUnhealthy } from '../../../proxy/admin/readiness.ts';
import { NO_SHARES } from '../../../proxy/configuration/listener-share.ts';
import type { ControlState } from '../../../proxy/control/control.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import { acceptorStats } from '../stats.ts';
import { tableListener, tableOf } from '../tables.ts';

const TAKEN = { code: 'PortTaken' as const, path: 'spec.listeners[0].port', message: 'taken' };
const control = (more: Partial<ControlState> = {}): ControlState => ({
  snapshot: undefined,
  shares: NO_SHARES,
  served: {
    revision: 'r',
    table: tableOf([tableListener(1, { name: 'a' }), tableListener(2, { name: 'b' })], []),
  },
  findings: [],
  closedListeners: [],
  ...more,
});
const stats = (...versions: readonly number[]): EngineStats['acceptors'] =>
  versions.map((version, index) => acceptorStats({ index, version }));

const TABLE: readonly {
  readonly name: string;
  readonly facts: Parameters<typeof whyNotReady>[0];
  readonly why: RegExp | undefined;
}[] = [
  {
    name: 'the proxy is ready when every acceptor serves a table',
    facts: { stopping: false, control: control(), acceptors: stats(1, 1) },
    why: undefined,
  },
  {
    name: 'the proxy is ready while an acceptor is one table behind',
    facts: { stopping: false, control: control(), acceptors: stats(3, 2) },
    why: undefined,
  },
  {
    name: 'the proxy is ready when one of two listeners is open',
    facts: { stopping: false, control: control({ closedListeners: [TAKEN] }), acceptors: stats(1) },
    why: undefined,
  },
  {
    name: 'the proxy is not ready when no listener could be opened',
    facts: { stopping: false, control: control({ closedListeners: [TAKEN, TAKEN] }), acceptors: stats(1) },
    why: /No listener could be opened/,
  },
  {
    name: 'the proxy is not ready when an acceptor has no table',
    facts: { stopping: false, control: control(), acceptors: stats(1, 0) },
    why: /1 of 2 acceptors do not serve a table yet/,
  },
  {
    name: 'the proxy is not ready before the first table',
    facts: { stopping: false, control: control({ served: undefined }), acceptors: stats(0) },
    why: /the source has not delivered any input/,
  },
  {
    name: 'the proxy is not ready when there is only invalid input',
    facts: {
      stopping: false,
      control: control({ served: undefined, findings: [TAKEN] }),
      acceptors: stats(0),
    },
    why: /see the findings/,
  },
  {
    name: 'the proxy is not ready after a signal to stop',
    facts: { stopping: true, control: control(), acceptors: stats(1) },
    why: /is shutting down/,
  },
];

for (const { name, facts, why } of TABLE)
  test(name, () => {
    const found = whyNotReady(facts);
    if (why === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', why);
  });

test('the proxy is healthy until an acceptor dies and is not replaced', () => {
  assert.equal(whyUnhealthy({ deadAcceptors: new Set(), acceptors: 2 }), undefined);
  assert.match(
    whyUnhealthy({ deadAcceptors: new Set([1]), acceptors: 2 }) ?? '',
    /^1 of 2 acceptors died .*: 1\.$/,
  );
});
