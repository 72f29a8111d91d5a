import { once } from 'node:events';
import type { Cluster } from '../../cluster/interface/cluster.ts';
import type { SteadyRequest } from './steady-load.ts';

const SCRIPT = new URL('./steady-load.ts', import.meta.url).pathname;

/** A load that runs until `stop`, which returns all its requests. */
export interface RunningLoad {
  stop(): Promise<readonly SteadyRequest[]>;
}

/** Starts a load in the clients' network; resolves when the first request has been answered or has failed. */
export const startLoad = async (
  cluster: Cluster,
  host: string,
  port: number,
  options: {
    readonly clients?: number;
    readonly seconds?: number;
    readonly pauseMs?: number;
    readonly retries?: number;
    readonly path?: string;
  } = {},
): Promise<RunningLoad> => {
  const { clients = 4, seconds = 120, pauseMs = 0, retries = 0, path = '/' } = options;
  const flags = [
    '--clients',
    `${clients}`,
    '--seconds',
    `${seconds}`,
    '--pause-ms',
    `${pauseMs}`,
    '--retries',
    `${retries}`,
    '--path',
    path,
  ];
  const child = cluster.runInClient([process.execPath, SCRIPT, host, `${port}`, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'close');
  const [begun] = await Promise.race([once(child.stderr as NodeJS.ReadableStream, 'data'), ended]);
  if (!(begun instanceof Uint8Array)) throw new Error(`The load ended before its first response: ${begun}`);
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(Buffer.concat(chunks).toString()) as SteadyRequest[];
    },
  };
};

/** The first requests of one client, summarised: is anything served at this address right now? */
export const sendRequests = async (cluster: Cluster, host: string, port: number) => {
  const load = await startLoad(cluster, host, port, { clients: 1, seconds: 5 });
  return summarise(await load.stop());
};

/** Counts requests by the endpoint that responded, and by failure. */
export const summarise = (requests: readonly SteadyRequest[]) => {
  const endpoints: Record<string, number> = {};
  const failures: Record<string, number> = {};
  const retried: Record<string, number> = {};
  for (const { endpoint, failure, retried: first } of requests) {
    if (first !== undefined) retried[first] = (retried[first] ?? 0) + 1;
    if (endpoint !== undefined) endpoints[endpoint] = (endpoints[endpoint] ?? 0) + 1;
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  }
  return { total: requests.length, endpoints, failures, retried };
};
