import { setTimeout as sleep } from 'node:timers/promises';
import { SERVER_NAME } from '../certificates.ts';
import { openEchoEndpoints } from '../endpoints/echo.ts';
import { type Conditions, mostConnections, type Shape } from '../environment.ts';
import { type Line, onLoopback } from '../line.ts';
import { openConnections } from '../measure/open-connections.ts';

/** With fewer connections the figure per connection is not meaningful. */
const LEAST = 1_000;
/** As many connections as are then held have come and gone before, so that no compiling is measured. */
const WARM_UP = 200;
/** What is free has been given back to the system by then. */
const SETTLE_MS = 5_000;

const howMany = ({ fileLimit }: Conditions, most: number): number =>
  Math.min(most, mostConnections(fileLimit));

interface Variant {
  readonly name: string;
  readonly title: string;
  /** Connections to hold. */
  readonly most: number;
  readonly seconds: number;
  readonly shape?: Partial<Shape>;
  /** Omit for connections in the clear. */
  readonly serverName?: string;
}

/** Memory of connections that have been idle since they transferred one message. */
const memory = ({ name, title, most, seconds, shape = {}, ...over }: Variant): Line => ({
  name,
  title,
  shape,
  figures: [
    { name: 'memory per connection', unit: 'bytes', better: 'Lower' },
    { name: 'memory before', unit: 'MiB', better: 'Lower', context: true },
    { name: 'connections held', unit: '', better: 'Higher', context: true },
  ],
  tools: shape.tls === undefined ? [] : ['openssl'],
  describe: (environment) =>
    `${howMany(environment, most)} connections, 64 bytes there and back, then idle${howMany(environment, most) < most ? ` (${most} need more than the ${environment.fileLimit} descriptors that a process may open here)` : ''}; resident memory in user space; processes are started anew each time`,
  duration: () => seconds,
  isFor: onLoopback,
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openEchoEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure(target) {
    const { address, ports, environment } = target;
    const at = { address, port: ports[0], ...over };
    for (let round = 0; round < most / WARM_UP; round++)
      await (await openConnections(at, WARM_UP, WARM_UP, environment.signal)).close();
    await sleep(SETTLE_MS, undefined, { signal: environment.signal });
    const before = target.residentBytes() ?? 0;
    const open = await openConnections(at, howMany(environment, most), LEAST, environment.signal);
    try {
      await sleep(SETTLE_MS, undefined, { signal: environment.signal });
      const held = (target.residentBytes() ?? 0) - before;
      return {
        'memory per connection': held / open.count,
        'memory before': before / 2 ** 20,
        'connections held': open.count,
      };
    } finally {
      await open.close();
    }
  },
});

export const idleMemory = memory({
  name: 'idle-memory',
  title: 'memory of idle connections',
  most: 10_000,
  seconds: 20,
});

/** Fewer, since a connection of TLS costs a hundred times as much to open. */
export const tlsMemory = memory({
  name: 'tls-memory',
  title: 'memory of idle TLS connections',
  most: 2_000,
  seconds: 25,
  shape: { tls: { mode: 'Terminate', key: 'ECDSA' } },
  serverName: SERVER_NAME,
});
