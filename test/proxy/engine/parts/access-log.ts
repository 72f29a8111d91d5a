import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import type { EndedConnection } from '../../../../proxy/engine/ended-connection.ts';
import type { Table } from '../../../../proxy/table/table.ts';
import { freePorts } from '../../../../tooling/process/free-ports.ts';
import { greet, startEndpoint } from '../../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../../tables.ts';
import type { Part } from '../part.ts';

const GENERATIONS = 120;

/** What a client received before its connection ended, and its port; empty if it was refused or reset. */
const ask = (port: number): Promise<{ readonly said: string; readonly client: string }> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    let client = '';
    socket.on('connect', () => {
      client = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
    });
    socket.on('data', (data) => {
      said += data.toString();
    });
    socket.on('error', () => undefined); // its listener was removed, which this test is about
    socket.on('close', () => resolve({ said, client }));
  });

/** The records of ended connections. */
export const ACCESS_LOG: readonly Part[] = [
  {
    name: 'however fast names come and go, a line never names the wrong endpoint, backend or listener',
    ability: 'AccessLog',
    async run(_, start) {
      const endpoints = await Promise.all(['even', 'odd'].map((name) => startEndpoint(greet(name))));
      const [port] = (await freePorts(1)) as [number];
      const ended: EndedConnection[] = [];
      const engine = await start({
        acceptors: 2,
        onEvent: () => undefined,
        onEnded: (one) => ended.push(one),
      });
      /**
       * Each generation has names of its own in the slots of the previous one; its parity decides which
       * endpoint it has.
       */
      const table = (generation: number): Table => ({
        ...tableOf(
          [tableListener(port, { name: `listener-${generation}`, backend: `backend-${generation}` })],
          [
            tableBackend({
              name: `backend-${generation}`,
              endpoints: [{ address: '127.0.0.1', port: endpoints[generation % 2]?.port ?? 0, weight: 1 }],
            }),
          ],
        ),
        accessLog: { mode: 'All', sampleOneIn: 2 },
      });
      const heard = new Map<string, string>();
      let publishing = true;
      try {
        await engine.publish(table(0));
        const clients = Array.from({ length: 8 }, async () => {
          while (publishing) {
            const { said, client } = await ask(port);
            // A client port that was used twice would not identify its line.
            if (said !== '') heard.set(client, heard.has(client) ? 'twice' : said);
          }
        });
        for (let generation = 1; generation < GENERATIONS; generation++)
          await engine.publish(table(generation));
        publishing = false;
        await Promise.all(clients);
        // The backend has no endpoint, so the line has none either.
        const last = table(GENERATIONS);
        await engine.publish({ ...last, backends: [tableBackend({ name: `backend-${GENERATIONS}` })] });
        await ask(port);
        await engine.drained(AbortSignal.timeout(20_000));
      } finally {
        await engine.close();
        await Promise.all(endpoints.map((endpoint) => endpoint.close()));
      }
      const generationOf = (name: string | undefined): number => Number(name?.split('-')[1]);
      let compared = 0;
      for (const { listener, backend, endpoint, client, close } of ended) {
        if (close.reason !== 'Finished') continue;
        compared++;
        const generation = generationOf(backend);
        assert.equal(endpoint, `127.0.0.1:${endpoints[generation % 2]?.port}`, `${backend} has ${endpoint}`);
        // A connection keeps its listener, and uses the backend that the listener had when it was accepted,
        // or a later one.
        assert.ok(Math.abs(generation - generationOf(listener)) <= 1, `${listener} led to ${backend}`);
        const said = heard.get(client);
        if (said !== undefined && said !== 'twice')
          assert.equal(said, generation % 2 === 0 ? 'even' : 'odd', `${client} at ${backend}`);
      }
      assert.ok(compared > GENERATIONS, `${compared} lines compared`);
      const none = ended.filter(({ close }) => close.reason === 'NoEndpoint').at(-1);
      assert.deepEqual([none?.backend, none?.endpoint], [`backend-${GENERATIONS}`, undefined]);
    },
  },
];
