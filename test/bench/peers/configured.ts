import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import type { Environment } from '../environment.ts';
import type { RunningPeer } from '../peer.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate, type TemplateValues } from '../template.ts';

export interface Configured {
  /** Name of its log and its folder. */
  readonly name: string;
  /** Templates in this folder; the second is for the shape in which each listener has its own endpoint. */
  readonly template: string;
  readonly apart: string;
  /** Values that only this peer's templates use. */
  readonly values: TemplateValues;
  readonly command: (config: string, folder: string) => readonly [string, ...string[]];
  /** Open client connections of each thread or worker; `pid` is the first process, `folder` its own. */
  readonly spread: (peer: {
    readonly pid: number;
    readonly port: number;
    readonly folder: string;
  }) => Promise<readonly number[]>;
}

/** Runs the command on the first `threads` cores only, if the shape requires it. */
const pinned = (
  { shape, cores }: Environment,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] =>
  shape.pinned ? ['taskset', '--cpu-list', `0-${Math.min(shape.threads, cores) - 1}`, ...argv] : argv;

/** Values for a template in which the first listener has the first endpoint, and the second the second. */
export const apartValues = (ports: readonly number[], endpoints: readonly Endpoint[]): TemplateValues =>
  Object.fromEntries(
    ['FIRST', 'SECOND'].flatMap((name, index) => {
      const { address, port } = endpoints[index] ?? { address: '', port: 0 };
      return [
        [`${name}_PORT`, ports[index] ?? 0],
        [`${name}_ENDPOINT_ADDRESS`, address],
        [`${name}_ENDPOINT_PORT`, port],
      ];
    }),
  );

/** Starts a peer, with its configuration from a template, in a folder of its own. */
export const startConfigured = async (
  { name, values, command, spread, ...files }: Configured,
  environment: Environment,
  endpoints: readonly Endpoint[],
): Promise<RunningPeer> => {
  const { shape, network, leash } = environment;
  const template = shape.apart ? files.apart : files.template;
  const ports = await freePorts(shape.listeners);
  const folder = mkdtempSync(join(leash.folder, `${name}-`));
  const configuration = fillTemplate(
    readFileSync(new URL(template, import.meta.url), 'utf8'),
    {
      ADDRESS: network.address.balancer,
      THREADS: shape.threads,
      FILE_LIMIT: environment.fileLimit,
      FOLDER: folder,
      ...values,
      ...apartValues(ports, endpoints),
    },
    [endpointValues(endpoints), ports.map((port) => ({ LISTENER_PORT: port }))],
  );
  const config = join(folder, template);
  writeFileSync(config, configuration);
  const server = await startServer(
    environment,
    'balancer',
    name,
    pinned(environment, command(config, folder)),
    ports[0],
  );
  return {
    address: network.address.balancer,
    ports,
    pid: server.pid,
    startedAt: server.startedAt,
    configuration,
    spread: () => spread({ pid: server.pid, port: ports[0], folder }),
    check: server.check,
    stop: server.stop,
  };
};
