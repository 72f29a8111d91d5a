import { setTimeout as sleep } from 'node:timers/promises';
import { openEchoEndpoints } from '../endpoints/echo.ts';
import { type Conditions, mostConnections } from '../environment.ts';
import { type Line, onLoopback } from '../line.ts';
import { openConnections } from '../measure/open-connections.ts';

const MOST = 10_000;
/** With fewer connections the figure per connection is not meaningful. */
const LEAST = 1_000;
const WARM_UP = 200;
const SETTLE_MS = 1_000;

const howMany = ({ fileLimit }: Conditions): number => Math.min(MOST, mostConnections(fileLimit));

/** Memory of connections that have been idle since they transferred one message. */
export const idleMemory: Line = {
  name: 'idle-memory',
  title: 'memory of idle connections',
  figures: [
    { name: 'memory per connection', unit: 'bytes', better: 'Lower' },
    { name: 'memory before', unit: 'MiB', better: 'Lower', context: true },
    { name: 'connections held', unit: '', better: 'Higher', context: true },
  ],
  tools: [],
  describe: (environment) =>
    `${howMany(environment)} connections, 64 bytes there and back, then idle${howMany(environment) < MOST ? ` (${MOST} need more than the ${environment.fileLimit} descriptors that a process may open here)` : ''}; resident memory in user space; processes are started anew each time`,
  duration: () => 6,
  isFor: onLoopback,
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openEchoEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure(target) {
    const { address, ports, environment } = target;
    const at = { address, port: ports[0] };
    await (await openConnections(at, WARM_UP, WARM_UP, environment.signal)).close();
    await sleep(SETTLE_MS, undefined, { signal: environment.signal });
    const before = target.residentBytes() ?? 0;
    const open = await openConnections(at, howMany(environment), LEAST, environment.signal);
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
};
