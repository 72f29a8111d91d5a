import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';
import { echo, startEndpoint } from './endpoint-server.ts';

// Runs in a network namespace with only 32 source ports; prints how many clients were served, and why
// connections ended.
const LISTENER = 1080;
const BUDGETLESS_LISTENER = 1082;
const PORTS = 32;

const endpoint = await startEndpoint(echo, '127.0.0.1', 1081);
const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
const endpoints = [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }];
await engine.publish(
  tableOf(
    [tableListener(LISTENER), tableListener(BUDGETLESS_LISTENER, { name: 'm', backend: 'c' })],
    [
      tableBackend({ name: 'b', endpoints, retries: 2 }),
      tableBackend({ name: 'c', endpoints, retries: 2, retryBudgetPercent: 0 }),
    ],
  ),
);

let visits = 0;

/** A client's word, echoed; undefined if its connection ended instead. */
const visit = async (port: number): Promise<Socket | undefined> => {
  // Its own port is outside the range, which is left to the proxy.
  const socket = connect({ port, host: '127.0.0.1', localPort: 20_000 + visits++ });
  socket.on('error', () => undefined);
  const answered = once(socket, 'data').then(
    () => true,
    () => false,
  );
  const closed = once(socket, 'close');
  socket.write('word');
  return (await Promise.race([answered, closed.then(() => false)])) ? socket : undefined;
};

/** Clients that end their stream first, so that the proxy's socket to the endpoint stays in TIME_WAIT. */
const visitShortly = async (): Promise<number> => {
  let served = 0;
  for (let index = 0; index < 400; index++) {
    const socket = await visit(LISTENER);
    if (socket === undefined) continue;
    served++;
    const closed = once(socket, 'close');
    socket.end();
    await closed;
  }
  return served;
};

/** Clients that stay until every port is in use, then a few more, also without any retry budget. */
const stay = async (): Promise<number> => {
  const sockets: (Socket | undefined)[] = [];
  for (let index = 0; index < PORTS + 4; index++) sockets.push(await visit(LISTENER));
  for (let index = 0; index < 4; index++) sockets.push(await visit(BUDGETLESS_LISTENER));
  const served = sockets.filter((socket) => socket !== undefined);
  for (const socket of served) socket.destroy();
  return served.length;
};

const served = process.argv[2] === 'Held' ? await stay() : await visitShortly();
await engine.close();
const reasons: Record<string, number> = {};
// Sums each reason over its phases.
for (const { reason, total } of engine.stats().closes) reasons[reason] = (reasons[reason] ?? 0) + total;
await endpoint.close();
process.stdout.write(JSON.stringify({ served, reasons }));
