import type { Conditions } from '../environment.ts';
import type { Target } from '../line.ts';
import { tool } from '../tools.ts';
import { parseWrk, type WrkResult } from './parse-wrk.ts';
import { runClient } from './run-client.ts';

const CONNECTIONS = 64;

/** Threads of the client: enough to load the balancer, but few enough to leave it most cores. */
const clientThreads = (cores: number): number => Math.max(1, Math.floor(cores / 4));

const argumentsFor = (cores: number, seconds: number, headers: readonly string[]): string[] => [
  `-t${clientThreads(cores)}`,
  `-c${CONNECTIONS}`,
  `-d${seconds}s`,
  '--latency',
  ...headers.flatMap((header) => ['-H', header]),
];

/** The command line, for the report. */
export const describeWrk = (environment: Conditions, headers: readonly string[]): string =>
  ['wrk', ...argumentsFor(environment.cores, environment.seconds, headers)]
    .map((word) => (word.includes(' ') ? `'${word}'` : word))
    .join(' ');

/** Loads `target` with as many requests as possible over 64 connections. */
export const runWrk = async (
  { environment, address, ports }: Target,
  seconds: number,
  headers: readonly string[] = [],
): Promise<WrkResult> =>
  parseWrk(
    await runClient(environment, [
      tool(environment.tools, 'wrk').path,
      ...argumentsFor(environment.cores, seconds, headers),
      `http://${address}:${ports[0]}/`,
    ]),
  );
