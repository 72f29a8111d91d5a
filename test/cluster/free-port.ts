import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 32_000;
let next = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));

/**
 * A TCP port of 127.0.0.1 that nobody listens on. Below the kernel's ephemeral range, so that no outgoing connection
 * takes it between this answer and its use.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < HIGHEST - LOWEST; tried++) {
    const port = next;
    next = next + 1 >= HIGHEST ? LOWEST : next + 1;
    if (await canListen(port)) return port;
  }
  throw new Error(`no free TCP port on 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
