import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import type { RunningPeer } from '../peer.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate, type TemplateValues } from '../template.ts';

export interface Configured {
  /** Name of its log. */
  readonly name: string;
  /** Files beside this one; the second for the shape where listeners have endpoints of their own. */
  readonly template: string;
  readonly apart: string;
  /** Values that only this peer's template names. */
  readonly values: TemplateValues;
  readonly command: (config: string, folder: string) => readonly [string, ...string[]];
  /** Open client connections of each thread or worker; `pid` is the first process, `folder` its own. */
  readonly spread: (peer: {
    readonly pid: number;
    readonly port: number;
    readonly folder: string;
  }) => Promise<readonly number[]>;
}

/** The command on the first `threads` cores only, where the shape asks for that. */
const pinned = (
  { shape, cores }: Place,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] =>
  shape.pinned ? ['taskset', '--cpu-list', `0-${Math.min(shape.threads, cores) - 1}`, ...argv] : argv;

/** What a template names where the first listener has the first endpoint, and the second the second. */
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

/** Starts a peer whose configuration is a template of this folder, in a folder of its own. */
export const startConfigured = async (
  { name, values, command, spread, ...files }: Configured,
  place: Place,
  endpoints: readonly Endpoint[],
): Promise<RunningPeer> => {
  const { shape, network, leash } = place;
  const template = shape.apart ? files.apart : files.template;
  const ports = await freePorts(shape.listeners);
  const folder = mkdtempSync(join(leash.folder, `${name}-`));
  const configuration = fillTemplate(
    readFileSync(new URL(template, import.meta.url), 'utf8'),
    {
      ADDRESS: network.address.balancer,
      THREADS: shape.threads,
      FILE_LIMIT: place.fileLimit,
      FOLDER: folder,
      ...values,
      ...apartValues(ports, endpoints),
    },
    [endpointValues(endpoints), ports.map((port) => ({ LISTENER_PORT: port }))],
  );
  const config = join(folder, template);
  writeFileSync(config, configuration);
  const server = await startServer(place, 'balancer', name, pinned(place, command(config, folder)), ports[0]);
  return {
    address: network.address.balancer,
    ports,
    pid: server.pid,
    begunAt: server.begunAt,
    configuration,
    spread: () => spread({ pid: server.pid, port: ports[0], folder }),
    check: server.check,
    stop: server.stop,
  };
};
