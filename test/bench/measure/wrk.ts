import { fileURLToPath } from 'node:url';
import type { Conditions } from '../environment.ts';
import type { Target } from '../line.ts';
import { tool } from '../tools.ts';
import { parseWrk, type WrkResult } from './parse-wrk.ts';
import { runClient } from './run-client.ts';

const SCRIPT = fileURLToPath(new URL('wrk-request.lua', import.meta.url));
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

/**
 * Loads `target` with as many requests as possible over 64 connections. Each begins with the text
 * `beginning`, if the target expects one: a script adds it, which runs for a target that expects none, too.
 */
export const runWrk = async (
  { environment, address, ports, takesHeader }: Target,
  seconds: number,
  headers: readonly string[] = [],
  beginning?: string,
): Promise<WrkResult> =>
  parseWrk(
    await runClient(
      environment,
      [
        tool(environment.tools, 'wrk').path,
        ...argumentsFor(environment.cores, seconds, headers),
        ...(beginning === undefined ? [] : ['--script', SCRIPT]),
        `http://${address}:${ports[0]}/`,
        ...(beginning === undefined || !takesHeader ? [] : ['--', beginning]),
      ],
      seconds,
    ),
  );
