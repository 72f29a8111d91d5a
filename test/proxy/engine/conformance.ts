import { test } from 'node:test';
import type { StartEngine } from '../../../proxy/engine/kind.ts';
import { ABILITIES, type Claims, type Part } from './part.ts';
import { ACCESS_LOG } from './parts/access-log.ts';
import { ATTEMPTS } from './parts/attempts.ts';
import { COUNTING } from './parts/counting.ts';
import { DATAGRAMS } from './parts/datagrams.ts';
import { LEAVING_COUNTERS } from './parts/leaving-counters.ts';
import { PAST_CLOSES } from './parts/past-closes.ts';
import { PORTS } from './parts/ports.ts';
import { REMOVAL } from './parts/removal.ts';
import { SERVING } from './parts/serving.ts';
import { SHARES } from './parts/shares.ts';
import { STOPPING } from './parts/stopping.ts';
import { TABLES } from './parts/tables.ts';

/** Everything that is required of engines. */
export const PARTS: readonly Part[] = [
  ...TABLES,
  ...SERVING,
  ...PORTS,
  ...ATTEMPTS,
  ...REMOVAL,
  ...COUNTING,
  ...LEAVING_COUNTERS,
  ...PAST_CLOSES,
  ...ACCESS_LOG,
  ...DATAGRAMS,
  ...SHARES,
  ...STOPPING,
];

/**
 * Tests what every engine must do, and for each ability that an engine claims, what goes with it. The tests
 * of an ability that is not claimed are skipped, with the reason.
 */
export const testEngine = (name: string, start: StartEngine, claims: Claims): void => {
  for (const part of PARTS) {
    const claim = part.ability === undefined ? true : claims[part.ability];
    const skip =
      part.ability === undefined || claim === true ? false : `not: ${ABILITIES[part.ability]}. ${claim}`;
    test(`${name}: ${part.name}`, { skip }, (t) => part.run(t, start));
  }
};
