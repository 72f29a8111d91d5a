import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { Transport } from '../../../kube/transport.ts';
import { EXIT } from '../../../operator/errors/operator-error.ts';
import { dryRun } from '../../../operator/preview/dry-run.ts';
import { scriptedTransport } from '../../kube/scripted-transport.ts';
import { RENDER } from '../owner.ts';

const NAMESPACES = ['shop', 'edge'];

const refusal = (path: string, httpStatus: number) =>
  new ApiError({ method: 'GET', path, httpStatus, body: '' });

const resource = (namespace: string) => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: 'web', namespace, uid: `uid-${namespace}`, generation: 1, resourceVersion: '1' },
  spec: {
    listeners: [{ name: 'web', port: 8080, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] }],
  },
});

/**
 * An API server with a resource in each namespace and no children; `refuses` selects the collections that it
 * refuses.
 */
const server = (refuses: (path: string) => boolean): Transport => ({
  // Its watches stay silent.
  ...scriptedTransport([]),
  async request({ path }) {
    if (path === '/version') return { gitVersion: 'v1.34.4' };
    if (refuses(path)) throw refusal(path, 403);
    const [, namespace = '', kind = '', name] = /\/namespaces\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    if (kind === 'podmonitors' || name !== undefined) throw refusal(path, 404);
    return {
      metadata: { resourceVersion: '1' },
      items: kind === 'l4balancers' ? [resource(namespace)] : [],
    };
  },
});

const run = async (transport: Transport) => {
  const said: string[] = [];
  const code = await dryRun({
    transport,
    namespaces: NAMESPACES,
    images: RENDER,
    fieldManager: 'l4balancer-operator',
    out: { write: (text) => said.push(text) },
  });
  return { code, text: said.join('') };
};

test('a dry run prints for each namespace what would be done there', async () => {
  const { code, text } = await run(server(() => false));
  assert.equal(code, EXIT.different);
  for (const namespace of NAMESPACES) assert.match(text, new RegExp(`^${namespace}/web\n  \\+ `, 'm'));
});

for (const [what, refused] of [
  ['all', /\/namespaces\/shop\//],
  ['one kind', /\/namespaces\/shop\/pods$/],
] as const)
  test(`a namespace in which ${what} cannot be listed is reported, and does not stop the dry run of others`, async () => {
    const { code, text } = await run(server((path) => refused.test(path)));
    assert.equal(code, EXIT.failed);
    assert.match(text, /^! namespace shop cannot be listed: .*403/m);
    assert.match(text, /^edge\/web\n {2}\+ /m);
    assert.doesNotMatch(text, /^shop\/web/m, 'objects that were not listed would seem to be missing');
  });

test('a dry run ends and names each namespace if none can be listed', async () => {
  const { code, text } = await run(server((path) => path.includes('/namespaces/')));
  assert.equal(code, EXIT.failed);
  assert.deepEqual(text.match(/^! namespace \w+/gm), ['! namespace shop', '! namespace edge']);
});
