/**
 * Clients that all want to be connected at once, and try again until they are:
 *
 *   node e2e/support/crowd.ts HOST PORT CLIENTS
 *
 * A client counts from its first answer until its connection ends; it asks once a second. Writes a line with
 * how many count to stdout ten times a second, and the most that ever counted, until SIGTERM.
 */
import { connect } from 'node:net';

const RETRY_MS = 500;
const ASK_MS = 1_000;
const SAMPLE_MS = 100;

export interface CrowdSample {
  readonly connected: number;
  readonly most: number;
}

const [host = '', port = '', clients = ''] = process.argv.slice(2);
let connected = 0;
let most = 0;

const join = (): void => {
  const socket = connect({ host, port: Number(port) });
  let counts = false;
  const ask = (): void => {
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  };
  const asking = setInterval(ask, ASK_MS);
  socket.once('connect', ask);
  socket.once('data', () => {
    counts = true;
    connected += 1;
    most = Math.max(most, connected);
  });
  socket.on('data', () => undefined);
  socket.on('error', () => socket.destroy());
  socket.once('end', () => socket.destroy());
  socket.once('close', () => {
    if (counts) connected -= 1;
    clearInterval(asking);
    setTimeout(join, RETRY_MS);
  });
};

if (import.meta.main) {
  for (let client = 0; client < Number(clients); client++) join();
  setInterval(() => process.stdout.write(`${JSON.stringify({ connected, most })}\n`), SAMPLE_MS);
  process.on('SIGTERM', () => process.exit());
}
