import { rmSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Server } from 'node:net';
import { parseArgs } from 'node:util';

/** Passes each connection to a server on to another one; Unix sockets reach from one network into another. */
export const forward = (from: ListenOptions, to: NetConnectOpts): Promise<Server> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const other = connect({ ...to, allowHalfOpen: true });
    socket.pipe(other);
    other.pipe(socket);
    for (const [one, peer] of [
      [socket, other],
      [other, socket],
    ] as const) {
      one.on('error', () => peer.destroy());
      one.on('close', () => peer.destroy());
    }
  });
  if (from.path !== undefined) rmSync(from.path, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(from, () => resolve(server));
  });
};

const { values } = parseArgs({
  options: {
    inward: { type: 'string', multiple: true },
    outward: { type: 'string', multiple: true },
    endpoint: { type: 'string' },
  },
});

/**
 * Holds a network of its own, in which a proxy runs as in a pod. `--inward PORT=PATH` leads from a Unix
 * socket into it, `--outward PORT=PATH` out of it, and `--endpoint PORT` greets each client.
 */
const run = async (): Promise<void> => {
  const pairs = (texts: readonly string[] = []) =>
    texts.map((text) => ({ port: Number.parseInt(text, 10), path: text.slice(text.indexOf('=') + 1) }));
  const host = '127.0.0.1';
  for (const { port, path } of pairs(values.inward)) await forward({ path }, { host, port });
  for (const { port, path } of pairs(values.outward)) await forward({ host, port }, { path });
  if (values.endpoint !== undefined)
    createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.write('hello');
      socket.resume();
    }).listen(Number(values.endpoint), host);
};

if (import.meta.main) {
  await run();
  process.stdout.write('{"msg":"network is up"}\n');
}
