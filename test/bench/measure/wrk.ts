import type { Target } from '../line.ts';
import type { Conditions } from '../place.ts';
import { tool } from '../tools.ts';
import { parseWrk, type WrkResult } from './parse-wrk.ts';
import { runClient } from './run-client.ts';

const CONNECTIONS = 64;

/** Threads of the client: enough to load the balancer, few enough to leave it the cores. */
const clientThreads = (cores: number): number => Math.max(1, Math.floor(cores / 4));

const argumentsFor = (cores: number, seconds: number, headers: readonly string[]): string[] => [
  `-t${clientThreads(cores)}`,
  `-c${CONNECTIONS}`,
  `-d${seconds}s`,
  '--latency',
  ...headers.flatMap((header) => ['-H', header]),
];

/** The command line, for the report. */
export const describeWrk = (place: Conditions, headers: readonly string[]): string =>
  ['wrk', ...argumentsFor(place.cores, place.seconds, headers)]
    .map((word) => (word.includes(' ') ? `'${word}'` : word))
    .join(' ');

/** Loads `target` with as many requests as go through 64 connections. */
export const runWrk = async (
  { place, address, ports }: Target,
  seconds: number,
  headers: readonly string[] = [],
): Promise<WrkResult> =>
  parseWrk(
    await runClient(place, [
      tool(place.tools, 'wrk').path,
      ...argumentsFor(place.cores, seconds, headers),
      `http://${address}:${ports[0]}/`,
    ]),
  );
