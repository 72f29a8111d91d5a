import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the kernel's default ephemeral range, so that neither an outgoing connection nor `listen(0)` takes
 * one, and below Kubernetes' node ports.
 */
const LOWEST = 20_000;
const HIGHEST = 30_000;
const BLOCK = 100;
const BLOCKS = (HIGHEST - LOWEST) / BLOCK;

/** Ports of this process's blocks that have not been handed out yet. */
const left: number[] = [];

/** A free TCP port of 127.0.0.1. Each is handed out once, across all processes that use this function. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = left.shift();
    if (port === undefined) left.push(...(await reserveBlock()));
    else if (await canListen(port)) return port;
  }
};

/** `count` free ports, at least one. */
export const freePorts = async (count: number): Promise<[number, ...number[]]> => {
  const ports: [number, ...number[]] = [await freePort()];
  while (ports.length < count) ports.push(await freePort());
  return ports;
};

/** Reserves a block that no process has, by listening on its first port until this process exits. */
const reserveBlock = async (): Promise<number[]> => {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried++) {
    const first = LOWEST + ((start + tried) % BLOCKS) * BLOCK;
    const holder = await listening(first);
    if (!holder) continue;
    holder.unref();
    return Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index);
  }
  throw new Error(`no ${BLOCK} TCP ports on 127.0.0.1 between ${LOWEST} and ${HIGHEST} are free`);
};

const canListen = async (port: number): Promise<boolean> => {
  const server = await listening(port);
  if (!server) return false;
  server.close();
  await once(server, 'close');
  return true;
};

const listening = async (port: number) => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return null;
  }
};
