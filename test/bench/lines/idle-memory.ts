import { setTimeout as sleep } from 'node:timers/promises';
import { openEchoEndpoints } from '../endpoints/echo.ts';
import { type Line, onLoopback } from '../line.ts';
import { openConnections } from '../measure/open-connections.ts';
import { type Conditions, mostConnections } from '../place.ts';

const MOST = 10_000;
/** With fewer connections a figure for each says little. */
const LEAST = 1_000;
const WARM_UP = 200;
const SETTLE_MS = 1_000;

const howMany = ({ fileLimit }: Conditions): number => Math.min(MOST, mostConnections(fileLimit));

/** Memory of connections that moved one message and are silent since. */
export const idleMemory: Line = {
  name: 'idle-memory',
  title: 'memory of idle connections',
  figures: [
    { name: 'memory per connection', unit: 'bytes', better: 'Lower' },
    { name: 'memory before', unit: 'MiB', better: 'Lower', context: true },
    { name: 'connections held', unit: '', better: 'Higher', context: true },
  ],
  tools: [],
  describe: (place) =>
    `${howMany(place)} connections, 64 bytes there and back, then idle${howMany(place) < MOST ? ` (${MOST} take more than the ${place.fileLimit} descriptors that a process may have here)` : ''}; resident memory in user space; new processes each time`,
  duration: () => 6,
  isFor: onLoopback,
  fresh: true,
  withoutBalancer: false,
  openEndpoints: openEchoEndpoints,
  async warmUp() {
    return undefined;
  },
  async measure(target) {
    const { address, ports, place } = target;
    const at = { address, port: ports[0] };
    await (await openConnections(at, WARM_UP, WARM_UP, place.signal)).close();
    await sleep(SETTLE_MS, undefined, { signal: place.signal });
    const before = target.residentBytes() ?? 0;
    const open = await openConnections(at, howMany(place), LEAST, place.signal);
    try {
      await sleep(SETTLE_MS, undefined, { signal: place.signal });
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
