import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLeash } from '../../tooling/process/leash.ts';
import type { Line } from './line.ts';
import { loopback } from './network/loopback.ts';
import { openNamespaces } from './network/namespaces.ts';
import type { Setting } from './network/setting.ts';
import type { Conditions, Place } from './place.ts';
import type { Endpoint } from './template.ts';

/** Where a line is measured: a network, and the endpoints in it. */
export interface Scene {
  readonly place: Place;
  readonly endpoints: readonly Endpoint[];
}

/** Opens a scene for `work`. Whatever happens, nothing that was started in it is left running. */
export const withScene = async <T>(
  line: Line,
  setting: Setting,
  conditions: Conditions,
  work: (scene: Scene) => Promise<T>,
): Promise<T> => {
  const leash = openLeash(mkdtempSync(join(tmpdir(), 'l4balancer-bench-')));
  try {
    const network =
      setting.place === 'loopback'
        ? loopback()
        : await openNamespaces(leash, setting.sysctls, conditions.signal);
    const shape = {
      threads: conditions.threads,
      pinned: false,
      listeners: 1,
      apart: false,
      endpoints: 2,
      algorithm: 'RoundRobin',
      ...line.shape,
    } as const;
    const place = { ...conditions, setting, network, shape, leash };
    return await work({ place, endpoints: await line.openEndpoints(place) });
  } finally {
    await leash.release();
  }
};
