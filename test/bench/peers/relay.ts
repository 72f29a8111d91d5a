import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { relaySpread } from '../measure/relay-spread.ts';
import type { Peer } from '../peer.ts';
import { proxyAsImage } from './as-image.ts';
import { startConfigured } from './configured.ts';

const MAIN = join(REPOSITORY, 'bin', 'l4balancer-proxy.js');

/** This project's proxy as a process, started as in its image. */
export const relay: Peer = {
  name: 'relay',
  find: () =>
    existsSync(MAIN)
      ? { found: true, version: `node ${process.versions.node}` }
      : { found: false, why: 'bin/l4balancer-proxy.js is missing from this checkout' },
  async start(environment, endpoints) {
    const admin = await freePort();
    const { variables, command } = await proxyAsImage();
    return startConfigured(
      {
        name: 'relay',
        template: 'relay.yaml',
        apart: 'relay-apart.yaml',
        values: { ALGORITHM: environment.shape.algorithm },
        // env(1) sets the environment and then executes the proxy in the same process.
        command: (config) => [
          '/usr/bin/env',
          `NUM_ACCEPTORS=${environment.shape.threads}`,
          'LOG_LEVEL=error',
          ...variables,
          ...command,
          ...['--config', config, '--admin', `127.0.0.1:${admin}`],
        ],
        spread: () => relaySpread(admin),
      },
      environment,
      endpoints,
    );
  },
};
