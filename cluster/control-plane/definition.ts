import { fileURLToPath } from 'node:url';
import { until } from '../../tooling/wait/until.ts';
import type { ControlPlane } from './control-plane.ts';

const DEFINITION = fileURLToPath(new URL('../../crds/l4balancers.yaml', import.meta.url));

/**
 * Installs the definition of L4Balancer and resolves once the API server serves the kind. `kubectl wait` does
 * not work here: if the definition is so new that it has no conditions yet, it fails instead of waiting.
 */
export async function installDefinition(controlPlane: ControlPlane): Promise<void> {
  await controlPlane.run(['apply', '--server-side', '-f', DEFINITION]);
  await untilServed(controlPlane);
}

/**
 * Resolves once the API server serves L4Balancers. Listing the kinds also refreshes kubectl's discovery
 * cache, which `explain`, `scale` and short names rely on.
 */
export async function untilServed({ run }: ControlPlane): Promise<void> {
  await until('the API server to serve L4Balancers', async () =>
    (await run(['api-resources', '--api-group=l4balancer.dev'])).includes('l4b'),
  );
}
