import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { type CertificateFiles, certificateOf } from '../certificates.ts';
import type { Environment } from '../environment.ts';
import type { RunningPeer } from '../peer.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, endpointValues, fillTemplate, type TemplateValues } from '../template.ts';

export interface Configured {
  /** Name of its log and its folder. */
  readonly name: string;
  /** Its template in this folder, for the shape. */
  readonly template: string;
  /** Values that only this peer's templates use. */
  readonly values: TemplateValues;
  /** Values for its template with which this peer ends TLS or passes it on. */
  readonly encrypting: {
    readonly values: (mode: 'Terminate' | 'Passthrough', files: CertificateFiles) => TemplateValues;
    /** The value MUTUAL where clients have to show a certificate that is in a file. */
    readonly mutual: (file: string) => string;
    /** The value ENDPOINT_TLS where endpoints are spoken to by TLS, with the certificate in a file. */
    readonly reencrypting: (file: string) => string;
    readonly without: TemplateValues;
  };
  /** How this peer denies the addresses of a file: values for its template, and a line of that file. */
  readonly denying: {
    readonly values: (file: string) => TemplateValues;
    readonly without: TemplateValues;
    readonly entry: (address: string) => string;
  };
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

/** Different addresses, scattered over 10.0.0.0/8: an odd factor permutes them. */
const deniedAddresses = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => {
    const scattered = (i * 9_973) % 2 ** 24;
    return `10.${scattered >> 16}.${(scattered >> 8) & 255}.${scattered & 255}`;
  });

const tlsValues = async (
  { values, without, mutual, reencrypting }: Configured['encrypting'],
  environment: Environment,
): Promise<TemplateValues> => {
  const { tls } = environment.shape;
  if (tls === undefined) return { ...without, MUTUAL: '', ENDPOINT_TLS: '' };
  const server = await certificateOf(environment, tls.key);
  const client = await certificateOf(environment, tls.key, 'client');
  return {
    ...values(tls.mode, server),
    MUTUAL: tls.mutual === true ? mutual(client.certificate) : '',
    ENDPOINT_TLS: tls.reencrypts === true ? reencrypting(server.certificate) : '',
  };
};

/** Starts a peer, with its configuration from a template, in a folder of its own. */
export const startConfigured = async (
  { name, template, values, encrypting, denying, command, spread }: Configured,
  environment: Environment,
  endpoints: readonly Endpoint[],
): Promise<RunningPeer> => {
  const { shape, network, leash } = environment;
  const ports = await freePorts(shape.listeners);
  const folder = mkdtempSync(join(leash.folder, `${name}-`));
  const denied = join(folder, 'denied');
  writeFileSync(denied, deniedAddresses(shape.denied).map(denying.entry).join('\n'));
  const configuration = fillTemplate(
    readFileSync(new URL(template, import.meta.url), 'utf8'),
    {
      ADDRESS: network.address.balancer,
      THREADS: shape.threads,
      FILE_LIMIT: environment.fileLimit,
      FOLDER: folder,
      ...values,
      ...(await tlsValues(encrypting, environment)),
      ...(shape.denied === 0 ? denying.without : denying.values(denied)),
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
    shape.protocol === 'UDP' ? 'udp' : 'tcp',
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
