import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type OperatorProcess, startOperator } from './operator.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const ROTATED = 'l4balancer.dev/tickets-rotated';
const NAME = 'l4b-edge-tickets';
const TERMINATING = {
  listeners: [
    {
      name: 'https',
      port: 8443,
      backend: 'web',
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }, { name: 'api-tls' }] },
    },
  ],
};

let world: TestWorld;
let login: string;
let operator: OperatorProcess;
let namespace: string;
before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
  namespace = await world.newNamespace();
});
after(async () => {
  await operator?.stop();
  await world?.close();
});

interface TicketSecret {
  readonly type: string;
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly data?: { readonly keys?: string };
}

const read = async (): Promise<TicketSecret | undefined> => {
  const found = await world.kubectl(
    'get',
    'secret',
    NAME,
    '-n',
    namespace,
    '-o',
    'json',
    '--ignore-not-found',
  );
  return found === '' ? undefined : (JSON.parse(found) as TicketSecret);
};
const keysOf = (secret: TicketSecret | undefined): readonly string[] => {
  const bytes = Buffer.from(secret?.data?.keys ?? '', 'base64');
  return [0, 80, 160].map((at) => bytes.subarray(at, at + 80).toString('hex'));
};
const awaitKeys = async (
  what: string,
  isWanted: (secret: TicketSecret) => boolean,
): Promise<TicketSecret> => {
  let found: TicketSecret | undefined;
  await world.eventually(what, async () => {
    found = await read();
    return found?.data?.keys !== undefined && isWanted(found);
  });
  return found ?? assert.fail();
};

test('a resource that ends TLS gets a Secret with three ticket keys, and its proxies may read it', async () => {
  await world.apply(namespace, 'edge', TERMINATING);
  const secret = await awaitKeys('the keys', () => true);
  assert.equal(Buffer.from(secret.data?.keys ?? '', 'base64').length, 240);
  assert.equal(new Set(keysOf(secret)).size, 3);
  assert.equal(secret.type, 'Opaque');
  assert.deepEqual(
    secret.metadata.ownerReferences.map(({ kind, name }) => [kind, name]),
    [['L4Balancer', 'edge']],
  );
  const role = await world.kubectl('get', 'role', 'l4b-edge', '-n', namespace, '-o', 'json');
  const { rules } = JSON.parse(role) as { rules: { resources: string[]; resourceNames?: string[] }[] };
  assert.deepEqual(
    rules.filter(({ resources }) => resources.includes('secrets')).map(({ resourceNames }) => resourceNames),
    [['api-tls', 'web-tls', NAME]],
  );
});

test('neither a change of the resource nor a restart of the operator rotates the keys', async () => {
  const before = await read();
  const reads = () =>
    world.requests(OPERATOR).filter(({ verb, what }) => verb === 'get' && what.includes(NAME)).length;
  const readBefore = reads();
  await world.apply(namespace, 'edge', { ...TERMINATING, drain: { delay: '7s' } });
  assert.equal(await operator.stop(), 0);
  operator = startOperator(login);
  await operator.line('caches synced');
  await world.apply(namespace, 'edge', { ...TERMINATING, drain: { delay: '8s' } });
  await world.eventually(
    'the operator has seen it',
    async () =>
      (await world.kubectl(
        'get',
        'l4b',
        'edge',
        '-n',
        namespace,
        '-o',
        'jsonpath={.status.observedGeneration}',
      )) === '3',
  );
  assert.equal((await read())?.metadata.resourceVersion, before?.metadata.resourceVersion);
  assert.equal(reads(), readBefore);
});

test('keys that are due are rotated: the next one is in use, and the old one still reads tickets', async () => {
  const before = keysOf(await read());
  await world.kubectl(
    'annotate',
    'secret',
    NAME,
    '-n',
    namespace,
    '--overwrite',
    `${ROTATED}=2026-01-01T00:00:00Z`,
  );
  const secret = await awaitKeys('a rotation', (found) => keysOf(found)[0] === before[2]);
  const after = keysOf(secret);
  assert.deepEqual(after.slice(0, 2), [before[2], before[0]]);
  assert.equal(before.includes(after[2] ?? ''), false);
  assert.ok(Date.parse(secret.metadata.annotations?.[ROTATED] ?? '') > Date.parse('2026-01-02'));
});

test('a Secret that somebody deletes is made again, with new keys', async () => {
  const before = await read();
  await world.kubectl('delete', 'secret', NAME, '-n', namespace);
  const secret = await awaitKeys('new keys', ({ metadata }) => metadata.uid !== before?.metadata.uid);
  for (const key of keysOf(secret)) assert.equal(keysOf(before).includes(key), false);
});

test('the Secret is removed once TLS ends at no listener any more, and the log has no key', async () => {
  const keys = (await read())?.data?.keys ?? '';
  await world.apply(namespace, 'edge', {});
  await world.eventually('the Secret is gone', async () => (await read()) === undefined);
  const log = JSON.stringify(operator.log);
  assert.ok(keys.length > 300);
  assert.equal(log.includes(keys.slice(0, 40)), false);
});
