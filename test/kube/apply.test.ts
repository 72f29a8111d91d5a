import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { createWriter, type Writer } from '../../kube/apply.ts';
import { connect } from '../../kube/connect.ts';
import type { KubeObject } from '../../kube/object.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const TYPE = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
const configMap = (name: string, data: Record<string, string>, more: object = {}) => ({
  ...TYPE,
  metadata: { name, namespace: 'default', ...more },
  data,
});

let cp: ControlPlane;
let transport: Transport;
let writer: Writer;
let other: Writer;

before(async () => {
  cp = await startControlPlane();
  transport = await connect({ kubeconfig: cp.kubeconfig });
  writer = createWriter(transport, 'writer');
  other = createWriter(transport, 'other');
});

after(async () => {
  await transport?.close();
  await cp?.stop();
});

const read = (name: string) =>
  transport.request({ method: 'GET', path: objectPath({ ...TYPE, namespace: 'default', name }) }) as Promise<
    ConfigMap & { metadata: { managedFields: { manager: string; operation: string }[] } }
  >;

describe('apply', () => {
  test('creates an object, and returns it without managedFields', async () => {
    const applied = await writer.apply<ConfigMap>(configMap('created', { a: '1' }));
    assert.deepEqual(applied.data, { a: '1' });
    assert.ok(applied.metadata.uid);
    assert.equal('managedFields' in applied.metadata, false);
    const [field] = (await read('created')).metadata.managedFields;
    assert.deepEqual([field?.manager, field?.operation], ['writer', 'Apply']);
  });

  test('changes nothing if the content is the same', async () => {
    const first = await writer.apply(configMap('same', { a: '1' }));
    const second = await writer.apply(configMap('same', { a: '1' }));
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  });

  test('takes over fields from another manager and leaves its other fields', async () => {
    await other.apply(configMap('shared', { a: 'theirs', b: 'theirs' }));
    const applied = await writer.apply<ConfigMap>(configMap('shared', { a: 'ours' }));
    assert.deepEqual(applied.data, { a: 'ours', b: 'theirs' });
  });

  test('removes a field that is no longer applied', async () => {
    await writer.apply(configMap('shrinking', { a: '1', b: '1' }));
    assert.deepEqual((await writer.apply<ConfigMap>(configMap('shrinking', { b: '1' }))).data, { b: '1' });
  });

  test('fails with a resourceVersion once the object has changed', async () => {
    const { metadata } = await writer.apply(configMap('locked', { a: '1' }));
    const { resourceVersion } = await writer.apply(configMap('locked', { a: '2' })).then((o) => o.metadata);
    await assert.rejects(
      writer.apply(configMap('locked', { a: '3' }, { resourceVersion: metadata.resourceVersion })),
      {
        code: 'Conflict',
        httpStatus: 409,
      },
    );
    const applied = await writer.apply<ConfigMap>(configMap('locked', { a: '3' }, { resourceVersion }));
    assert.deepEqual(applied.data, { a: '3' });
  });

  test('reports which field is invalid', async () => {
    const port = { name: 'x', port: 80, targetPort: 70_000 };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'bad', namespace: 'default' } };
    await assert.rejects(writer.apply({ ...service, spec: { ports: [port] } } as typeof service), {
      code: 'Invalid',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 70000: must be between 1 and 65535, inclusive',
          field: 'spec.ports[0].targetPort',
        },
      ],
    });
  });

  test('stores every field of a NetworkPolicy as written', async () => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'only-some', namespace: 'default' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }] }] },
    };
    const applied = await writer.apply(policy);
    assert.deepEqual(applied.spec.ingress, policy.spec.ingress);
  });
});

describe('applyStatus', () => {
  test('changes only the status', async () => {
    const name = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'edge', namespace: 'default' } };
    const created = await writer.apply({ ...name, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } });
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.7', ipMode: 'VIP' }] } };
    const after = await writer.applyStatus({ ...name, spec: { ports: [{ port: 81 }] }, status });
    assert.deepEqual(after.status, status);
    assert.equal(after.spec.ports[0]?.port, 80);
    assert.equal(after.metadata.uid, created.metadata.uid);
  });

  test('fails for an object that does not exist', async () => {
    const name = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'nobody', namespace: 'default' } };
    await assert.rejects(writer.applyStatus({ ...name, status: { message: 'x' } } as typeof name), {
      code: 'NotFound',
    });
  });
});

describe('applyNew', () => {
  test('creates an object whose fields are owned by apply, so that fields no longer applied are removed', async () => {
    const made = await writer.applyNew<ConfigMap>(configMap('new', { a: '1', b: '2' }));
    assert.deepEqual(made.data, { a: '1', b: '2' });
    const after = await writer.apply<ConfigMap>(configMap('new', { a: '1' }));
    assert.deepEqual(after.data, { a: '1' });
    assert.deepEqual(
      (await read('new')).metadata.managedFields.map(({ manager, operation }) => [manager, operation]),
      [['writer', 'Apply']],
    );
  });

  test('does not change an existing object with the name, even if no fields conflict', async () => {
    const theirs = await other.apply(configMap('theirs', { a: 'theirs' }));
    await assert.rejects(writer.applyNew(configMap('theirs', { b: 'ours' })), { code: 'Conflict' });
    assert.equal((await read('theirs')).metadata.resourceVersion, theirs.metadata.resourceVersion);
  });
});

describe('create', () => {
  test('creates a new object, also with a generated name', async () => {
    const metadata = { generateName: 'made-', namespace: 'default' } as unknown as KubeObject['metadata'];
    const created = await writer.create({ ...TYPE, metadata });
    assert.match(created.metadata.name, /^made-./);
    assert.equal('managedFields' in created.metadata, false);
  });

  test('fails if the name is taken', async () => {
    await writer.create(configMap('taken', {}));
    await assert.rejects(writer.create(configMap('taken', {})), { code: 'AlreadyExists' });
  });
});

describe('remove', () => {
  const ref = (name: string) => ({ ...TYPE, namespace: 'default', name });

  test('returns whether there was anything to remove', async () => {
    await writer.apply(configMap('shortlived', {}));
    assert.equal(await writer.remove(ref('shortlived')), 'Removed');
    assert.equal(await writer.remove(ref('shortlived')), 'Gone');
  });

  test('with a UID does not remove a later object with the same name', async () => {
    const { uid } = (await writer.apply(configMap('reborn', {}))).metadata;
    assert.equal(await writer.remove(ref('reborn'), { uid }), 'Removed');
    await writer.apply(configMap('reborn', {}));
    assert.equal(await writer.remove(ref('reborn'), { uid }), 'Gone');
    assert.equal((await read('reborn')).metadata.name, 'reborn');
  });

  test('throws for any other refusal', async () => {
    const nobody = await connect({ kubeconfig: cp.userKubeconfig('nobody') });
    try {
      await assert.rejects(createWriter(nobody, 'x').remove(ref('any')), { code: 'Forbidden' });
    } finally {
      await nobody.close();
    }
  });
});
