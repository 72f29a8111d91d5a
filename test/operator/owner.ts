import type { L4Balancer } from '../../crds/l4balancer.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { RenderSettings } from '../../operator/desired/pod/render-settings.ts';
import type { Owner } from '../../operator/objects/owner.ts';

export const RENDER: RenderSettings = {
  proxyImage: 'registry.example/l4balancer-proxy:1.0',
  pullPolicy: 'IfNotPresent',
  kubelet: { major: 1, minor: 34 },
};

export const UID = '11111111-2222-3333-4444-555555555555';

/** The smallest spec that the schema accepts. */
export const MINIMAL = {
  listeners: [{ name: 'web', port: 8080, backend: 'web' }],
  backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
};

/** A resource as its readers get it: parsed, with defaults. */
export const balancer = (spec: object = {}, name = 'edge'): L4Balancer => {
  const input = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace: 'shop', uid: UID, generation: 1 },
    spec: { ...MINIMAL, ...spec },
  };
  const { balancer: parsed, findings } = parseL4Balancer(input, 'Refuse');
  if (parsed === undefined) throw new Error(`the test's own spec is wrong: ${JSON.stringify(findings)}`);
  return parsed;
};

export const owner = (spec: object = {}, name = 'edge'): Owner => ({
  name,
  namespace: 'shop',
  uid: UID,
  spec: balancer(spec).spec,
});
