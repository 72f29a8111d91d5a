import assert from 'node:assert/strict';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Algorithm } from '../../../proxy/configuration/backend-policy.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { Table, TableBackend } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from '../relay/client.ts';
import { type EndpointServer, greet, startEndpoint } from '../relay/endpoint-server.ts';
import { type BackendChange, tableBackend, tableListener, tableOf } from '../tables.ts';

let endpoint: EndpointServer;
let engine: Engine;
let onEvent: (event: EngineEvent) => void = () => undefined;

const backend = (name: string, port: number, change: BackendChange = {}): TableBackend =>
  tableBackend({ name, endpoints: [{ address: '127.0.0.1', port, weight: 1 }], ...change });
const table = (port: number, ...backends: readonly [TableBackend, ...TableBackend[]]): Table =>
  tableOf([tableListener(port, { backend: backends[0].name })], backends);

before(async () => {
  endpoint = await startEndpoint(greet('hello'));
  engine = await startEngine({ acceptors: 2, onEvent: (event) => onEvent(event) });
});

after(async () => {
  await engine.close();
  await endpoint.close();
});

const next = (type: EngineEvent['type']): Promise<EngineEvent> =>
  new Promise((resolve) => {
    onEvent = (event) => {
      if (event.type === type) resolve(event);
    };
  });

test('a dead acceptor is replaced and serves again, and nothing writes to its former descriptors', async () => {
  const [port] = (await freePorts(1)) as [number];
  const folder = mkdtempSync(join(tmpdir(), 'l4b-recovery-'));
  try {
    // No picker has this name, so the acceptor that gets the next client fails. Tables made from manifests
    // cannot have this fault.
    const broken = { algorithm: 'Nonsense' as Algorithm };
    await engine.publish(table(port, backend('b', endpoint.port, broken)));
    const files: string[] = [];
    const died = new Promise<void>((resolve) => {
      onEvent = (event) => {
        if (event.type !== 'AcceptorDied') return;
        // The numbers of its descriptors are free now and are reused at once.
        for (let i = 0; i < 12; i++) {
          files.push(join(folder, `${i}`));
          openSync(files[i] as string, 'w');
        }
        resolve();
      };
    });
    await howDialEnds(port);
    await died;
    const replaced = next('AcceptorReplaced');
    await engine.publish(table(port, backend('b', endpoint.port)));
    for (const file of files) assert.equal(readFileSync(file).length, 0, 'an unrelated file was written to');
    await replaced;
    const { version, acceptors } = engine.stats();
    assert.deepEqual(
      acceptors.map((acceptor) => acceptor.version),
      [version, version],
    );
    for (let i = 0; i < 8; i++) assert.equal(await askOnce(port), 'hello');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tables are published while an acceptor is dead', async () => {
  const [port] = (await freePorts(1)) as [number];
  const broken = { algorithm: 'Nonsense' as Algorithm };
  await engine.publish(table(port, backend('b', endpoint.port, broken)));
  const died = next('AcceptorDied');
  await howDialEnds(port);
  await died;
  assert.deepEqual(await engine.publish(table(port, backend('b', endpoint.port))), []);
  assert.equal(await askOnce(port), 'hello');
});
