import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLeash } from '../../tooling/process/leash.ts';
import type { Conditions, Environment } from './environment.ts';
import type { Line } from './line.ts';
import { loopback } from './network/loopback.ts';
import { openNamespaces } from './network/namespaces.ts';
import type { Setting } from './network/setting.ts';
import type { Endpoint } from './template.ts';

/** The environment in which a line is measured, and the endpoints in it. */
export interface Scene {
  readonly environment: Environment;
  readonly endpoints: readonly Endpoint[];
}

/** Opens a scene for `work`. Stops everything that was started in it at the end, also after a failure. */
export const withScene = async <T>(
  line: Line,
  setting: Setting,
  conditions: Conditions,
  work: (scene: Scene) => Promise<T>,
): Promise<T> => {
  const leash = openLeash(mkdtempSync(join(tmpdir(), 'l4balancer-bench-')));
  try {
    const network =
      setting.network === 'loopback'
        ? loopback()
        : await openNamespaces(leash, setting.sysctls, conditions.signal);
    const shape = {
      protocol: 'TCP',
      flooded: false,
      headed: false,
      policies: 'None',
      tls: undefined,
      threads: conditions.threads,
      pinned: false,
      listeners: 1,
      apart: false,
      denied: 0,
      endpoints: 2,
      algorithm: 'RoundRobin',
      ...line.shape,
    } as const;
    const environment = { ...conditions, setting, network, shape, leash };
    return await work({ environment, endpoints: await line.openEndpoints(environment) });
  } finally {
    await leash.release();
  }
};
