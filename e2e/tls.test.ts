import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type Authority, createAuthority, type Identity } from '../cluster/access/certificates.ts';
import { ClientAuthority } from '../cluster/access/client-authority.ts';
import { until } from '../tooling/wait/until.ts';
import { balancer, SMALL } from './support/objects.ts';
import type { TlsVisit } from './support/tls-visits.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const SCRIPT = new URL('./support/tls-visits.ts', import.meta.url).pathname;
const NAME = 'www.example.com';
const PORT = 8443;
const MUTUAL_PORT = 8444;

/** How often the certificate is replaced under load. */
const RENEWALS = 10;
const TICKETS = 'l4b-edge-tickets';
const ROTATED = 'l4balancer.dev/tickets-rotated';

const authority: Authority = createAuthority('e2e');
let world: World;
/** Of the clients of the listener that asks for certificates. */
let clients: ClientAuthority;
/** The Service, and each of the two pods by itself. */
let service: string;
let pods: readonly string[];

const issue = (): Identity => authority.issue({ commonName: NAME, altNames: [NAME] });
const serialOf = ({ certificate }: Identity): string => new X509Certificate(certificate).serialNumber;

const secret = ({ certificate, key }: Identity): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  });

/** The authority of the clients, and its list of what it has revoked. */
const trusted = (): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'clients' },
    data: { 'ca.crt': clients.certificate, 'ca.crl': clients.list() },
  });

interface Visits {
  /** How many were answered until now. */
  answered(): number;
  /** Whether none of the last `count` was answered. */
  areRefused(count: number): boolean;
  stop(): Promise<readonly TlsVisit[]>;
}

/** Clients in their own network; resolves with the first answer. */
const visit = async (
  mode: 'fresh' | 'resume',
  targets: readonly string[],
  identity?: Identity,
): Promise<Visits> => {
  const own = identity === undefined ? '' : Buffer.from(JSON.stringify(identity)).toString('base64');
  const child = world.cluster.runInClient([process.execPath, SCRIPT, NAME, own, mode, ...targets], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let marks = '';
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (data: Buffer) => {
    marks += data.toString();
  });
  const ended = once(child, 'close');
  await until('a client is answered', () => marks.includes('.'), within(90)).catch((error: unknown) => {
    child.kill('SIGTERM');
    throw error;
  });
  return {
    answered: () => marks.split('.').length - 1,
    areRefused: (count) => marks.endsWith('!'.repeat(count)),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(Buffer.concat(chunks).toString()) as TlsVisit[];
    },
  };
};

const failuresIn = (visits: readonly TlsVisit[]): readonly TlsVisit[] =>
  visits.filter(({ failure }) => failure !== undefined);

/** Every pod answers with this certificate. */
const untilServed = async (wanted: Identity): Promise<void> => {
  let seen: readonly TlsVisit[] = [];
  await until(
    'both pods answer with the certificate',
    async () => {
      seen = await (await visit('fresh', pods)).stop();
      const last = pods.map((pod) => seen.findLast(({ target }) => target === pod)?.serial);
      return last.every((serial) => serial === serialOf(wanted));
    },
    within(90, async () => JSON.stringify(seen.slice(-4))),
  );
};

const warned = (reason: string): Promise<string> =>
  until(
    `the warning ${reason}`,
    async () => {
      const conditions = (await world.get('l4balancer', 'edge'))?.status?.conditions ?? [];
      const warning = conditions.find(({ type }) => type === 'Warnings');
      return warning?.reason === reason ? warning.message : undefined;
    },
    within(90, () => world.explain('edge')),
  );

before(async () => {
  world = await World.open('tls');
  clients = new ClientAuthority('Clients');
  await world.apply(trusted());
  await world.echo('edge-echo', 2);
  await world.apply(
    balancer('edge', 'edge-echo', {
      listeners: [
        {
          name: 'https',
          port: PORT,
          backend: 'echo',
          tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }] },
        },
        {
          name: 'mutual',
          port: MUTUAL_PORT,
          backend: 'echo',
          tls: {
            mode: 'Terminate',
            certificateRefs: [{ name: 'web-tls' }],
            clientCertificates: { caRefs: [{ name: 'clients' }], crlRefs: [{ name: 'clients' }] },
          },
        },
      ],
      workload: { replicas: 2, terminationGracePeriod: '5s', resources: SMALL },
    }),
  );
});

after(async () => {
  clients?.[Symbol.dispose]();
  await world?.close();
});

test('a Secret that does not exist yet is named, and picked up when it appears', async () => {
  assert.match(await warned('SecretMissing'), /web-tls/);
  const first = issue();
  await world.apply(secret(first));
  const ready = await world.ready('edge');
  service = `${ready.status?.addresses?.[0]?.value}:${PORT}`;
  pods = (await world.proxyPods('edge')).map(({ status }) => `${status?.podIP}:${PORT}`);
  assert.equal(pods.length, 2);
  await untilServed(first);
  await warned('NoWarnings');
});

test(`no client fails while the certificate is replaced ${RENEWALS} times`, async (t) => {
  const load = await visit('fresh', [service]);
  let last = issue();
  for (let renewal = 0; renewal < RENEWALS; renewal++) {
    last = issue();
    await world.apply(secret(last));
  }
  await untilServed(last);
  const visits = await load.stop();
  t.diagnostic(`${visits.length} visits, ${new Set(visits.map(({ serial }) => serial)).size} certificates`);
  assert.deepEqual(failuresIn(visits), []);
  assert.ok(visits.every(({ resumed }) => resumed === false));
  assert.equal(visits.at(-1)?.serial, serialOf(last));
});

const keysOf = async (): Promise<string> =>
  world.kubectl(['get', 'secret', TICKETS, '-o', 'jsonpath={.data.keys}']);

test('a session of one replica is resumed by the other one, through three rotations of the ticket keys', async (t) => {
  const load = await visit('resume', pods);
  for (let rotation = 0; rotation < 3; rotation++) {
    const before = await keysOf();
    // As if they had been rotated long ago; the operator looks when the resource changes.
    await world.kubectl(['annotate', '--overwrite', 'secret', TICKETS, `${ROTATED}=2026-01-01T00:00:00Z`]);
    await world.kubectl(['annotate', '--overwrite', 'l4balancer', 'edge', `example.com/look=${rotation}`]);
    await until(
      'the keys are rotated',
      async () => (await keysOf()) !== before,
      within(90, () => world.explain('edge')),
    );
    // A client that stays away for two rotations has no session any more.
    const answered = load.answered();
    await until('clients have come again', () => load.answered() >= answered + 20, within(90));
  }
  const visits = await load.stop();
  const [first, ...later] = visits;
  const resumed = later.filter((one) => one.resumed === true).length;
  t.diagnostic(`${resumed} of ${later.length} resumed`);
  assert.deepEqual(failuresIn(visits), []);
  assert.equal(first?.resumed, false);
  assert.ok(resumed >= later.length * 0.99, `${resumed} of ${later.length} resumed`);
});

test('a deleted Secret leaves the certificate in use and is named; one that comes back is used', async () => {
  const load = await visit('fresh', [service]);
  await world.kubectl(['delete', 'secret', 'web-tls']);
  assert.match(await warned('SecretMissing'), /web-tls/);
  const back = issue();
  await world.apply(secret(back));
  await untilServed(back);
  await warned('NoWarnings');
  const visits = await load.stop();
  assert.deepEqual(failuresIn(visits), []);
  assert.equal(visits.at(-1)?.serial, serialOf(back));
});

test('a client whose certificate is revoked is refused, also with a session of before; another one is not', async () => {
  const [lost, kept] = [clients.issue('lost'), clients.issue('kept')];
  const targets = pods.map((pod) => pod.replace(`:${PORT}`, `:${MUTUAL_PORT}`));
  const [losing, keeping] = await Promise.all([
    visit('resume', targets, lost),
    visit('resume', targets, kept),
  ]);
  clients.revoke(lost);
  await world.apply(trusted());
  // Each pod in its turn, several times.
  await until('the revoked client gets no answer any more', () => losing.areRefused(6), within(90));
  const more = keeping.answered();
  await until('the other one still does', () => keeping.answered() >= more + 10, within(90));
  const refused = failuresIn(await losing.stop());
  for (const { failure } of refused) assert.match(failure ?? '', /REVOKED/);
  assert.deepEqual(failuresIn(await keeping.stop()), []);
});
