import { test } from 'node:test';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { PARTS, testEngine } from './conformance.ts';
import { startIdleEngine } from './idle-engine.ts';

testEngine('relay engine', startEngine, {
  Traffic: true,
  Acceptors: true,
  Addresses: true,
  Attempts: true,
  CloseOnRemoval: true,
  PortsInUse: true,
  CountersKept: true,
  AccessLog: true,
  Datagrams: true,
  IdleDrain: true,
});

for (const { name, run } of PARTS.filter(({ ability }) => ability === undefined))
  test(`an engine that relays nothing: ${name}`, (t) => run(t, startIdleEngine));
