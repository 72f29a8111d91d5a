import { fileURLToPath } from 'node:url';
import { certificateOf, SERVER_NAME } from '../certificates.ts';
import type { Target } from '../line.ts';
import type { TlsPlan, TlsResult } from '../load/tls/plan.ts';
import { describeFailures } from './load.ts';
import { runClient } from './run-client.ts';

const PROGRAM = fileURLToPath(new URL('../load/tls/program.ts', import.meta.url));

export type TlsLoad = Pick<TlsPlan, 'kind' | 'groups'> & {
  /** Connections at once, of all generators. */
  readonly connections: number;
};

/** What several generators did at the same time. */
export const joined = (results: readonly TlsResult[]): TlsResult => {
  const sum = (of: (result: TlsResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const failures: Record<string, number> = {};
  for (const result of results)
    for (const [why, count] of Object.entries(result.failures)) failures[why] = (failures[why] ?? 0) + count;
  return {
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    answered: sum(({ answered }) => answered),
    bytes: sum(({ bytes }) => bytes),
    handshakes: sum(({ handshakes }) => handshakes),
    resumed: sum(({ resumed }) => resumed),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    failures,
  };
};

/** Generators: one for each core, since a client has more to compute for a handshake than a server has. */
const generators = (cores: number, connections: number): number => Math.min(cores, connections);

/** Loads `target` over TLS; each generator is a process of its own in the clients' network. */
export const runTls = async (
  { environment, address, ports: [port], remark }: Target,
  { kind, groups, connections }: TlsLoad,
  seconds: number,
): Promise<TlsResult> => {
  const count = generators(environment.cores, connections);
  const { tls } = environment.shape;
  const own = tls?.mutual === true ? await certificateOf(environment, tls.key, 'client') : undefined;
  const plan = (index: number): TlsPlan => ({
    ...{ kind, address, port, groups, serverName: SERVER_NAME, seconds },
    ...(own === undefined ? {} : { certificate: { certificate: own.certificate, key: own.key } }),
    connections: Math.floor((connections + index) / count),
  });
  const outputs = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      runClient(environment, [process.execPath, PROGRAM, JSON.stringify(plan(index))], seconds),
    ),
  );
  const result = joined(outputs.map((text) => JSON.parse(text) as TlsResult));
  const failed = describeFailures(result);
  if (result.answered === 0 && result.bytes === 0) throw new Error(`nothing came through: ${failed}`);
  if (failed !== '') remark(`failures: ${failed}`);
  return result;
};
