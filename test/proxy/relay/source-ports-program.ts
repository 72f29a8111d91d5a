import { once } from 'node:events';
import { connect } from 'node:net';
import { startEngine } from '../../../proxy/engine/start.ts';
import { oneBackend } from '../tables.ts';
import { echo, startEndpoint } from './endpoint-server.ts';

// Runs in a network namespace with a few source ports only; prints how many clients were served, and why connections ended.
const LISTENER = 1080;
const CLIENTS = 400;

const endpoint = await startEndpoint(echo, '127.0.0.1', 1081);
const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
await engine.publish(oneBackend(LISTENER, endpoint.port));

/** One client: a word there and back, then its end of stream first, so that the proxy's side of the endpoint stays in TIME_WAIT. */
const visit = async (index: number): Promise<boolean> => {
  // Its own port comes from outside the few, which are the proxy's.
  const socket = connect({ port: LISTENER, host: '127.0.0.1', localPort: 20_000 + index });
  socket.on('error', () => undefined);
  const answered = once(socket, 'data').then(
    () => true,
    () => false,
  );
  const closed = once(socket, 'close');
  socket.write('word');
  const served = await Promise.race([answered, closed.then(() => false)]);
  socket.end();
  await closed;
  return served;
};

let served = 0;
for (let index = 0; index < CLIENTS; index++) if (await visit(index)) served++;
const reasons = Object.fromEntries(engine.stats().closes.map(({ reason, total }) => [reason, total]));
await engine.close();
await endpoint.close();
process.stdout.write(JSON.stringify({ served, reasons }));
