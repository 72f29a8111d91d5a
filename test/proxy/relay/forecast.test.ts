import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import type { Explanation } from '../../../report/explanation.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { Random } from '../../crds/random.ts';
import { readExplanation } from '../../report/read-status.ts';
import { AccessTail } from './access-tail.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type DatagramEndpoint, nameItself, startDatagramEndpoint } from './datagram-sockets.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import {
  type Attempt,
  attempt,
  attemptDatagram,
  type Flow,
  loggedClient,
  questionOf,
  randomFlow,
} from './flows.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';
import { KINDS, type Kind, randomManifest, type Surroundings } from './random-manifest.ts';

/** `make soak` has ten thousand. */
const FLOWS = Number(process.env.FLOWS ?? 500);
const FLOWS_PER_TABLE = 50;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const MOST_HELD = 10;
/** Of the clients that would wait for a second, since that is long. */
const WAITING = 0.2;

const folder = new CertificateFolder();
const random = new Random(SEED);
let surroundings: Surroundings;
let servers: readonly EndpointServer[];
let datagramServers: readonly DatagramEndpoint[];
let proxy: ProxyProcess;
let log: AccessTail;
/** Endpoints at which nothing listens; what it does is known, or will be when somebody is sent there. */
let dead: ReadonlySet<number>;
let held: Attempt[] = [];

const explain = async (flow: Flow): Promise<Explanation> => {
  const response = await fetch(`http://${proxy.admin}/${questionOf(flow)}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return readExplanation(text);
};

/** Waits until what has ended has ended for the proxy as well. */
const settle = async (): Promise<void> => {
  await until(
    `${held.length} connections are open`,
    async () => {
      const { listeners } = await proxy.status();
      const open = listeners.reduce((sum, one) => sum + (one.protocol === undefined ? one.open : 0), 0);
      return open === held.length;
    },
    { everyMs: 1, seen: () => proxy.account() },
  );
};

/**
 * What endpoints do at which nothing listens is known: checks fail, or a connection did, which ejects them.
 */
const learn = async ({ backends, listeners }: Manifest): Promise<void> => {
  const known = backends.filter(({ healthCheck }) => healthCheck !== undefined).map(({ name }) => name);
  await proxy.until('aware of dead endpoints', async () => {
    const { backends: reported } = await proxy.status();
    return reported
      .filter(({ name }) => known.includes(name))
      .flatMap(({ endpoints }) => endpoints)
      .every(({ port, health }) => (dead.has(port) ? health === 'Unhealthy' : health === 'Healthy'));
  });
  assert.ok(listeners.length === KINDS.length);
  await proxy.untilServed();
};

const closeHeld = async (): Promise<void> => {
  for (const one of held) one.close();
  held = [];
  await settle();
};

before(async () => {
  const authority = createAuthority('forecast');
  await folder.write(
    'c',
    authority.issue({ commonName: 'c', altNames: ['db.example.com', '*.example.com'] }),
  );
  // Each sends its port, by which it is known, and ends when its client has.
  servers = await Promise.all(
    Array.from({ length: 6 }, () =>
      startEndpoint((socket) => {
        socket.write(`${socket.localPort}`);
        socket.on('end', () => socket.end()).resume();
      }),
    ),
  );
  datagramServers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      let name = '';
      const server = await startDatagramEndpoint((data, from, socket) =>
        nameItself(name)(data, from, socket),
      );
      name = `${server.port}`;
      return server;
    }),
  );
  const free = await freePorts(KINDS.length + 2);
  surroundings = {
    ports: Object.fromEntries(KINDS.map((kind, i) => [kind, free[i]])) as Record<Kind, number>,
    alive: servers.map(({ port }) => port),
    datagrams: datagramServers.map(({ port }) => port),
    dead: free.slice(KINDS.length) as [number, number],
    certificate: folder.files('c'),
  };
  dead = new Set(surroundings.dead);
  const first = randomManifest(random, surroundings);
  proxy = await ProxyProcess.start(first);
  log = new AccessTail(proxy);
});

after(async () => {
  for (const one of held) one.close();
  await proxy.stop();
  await Promise.all([...servers, ...datagramServers].map((server) => server.close()));
  folder[Symbol.dispose]();
});

/** Whether a client got what was forecast, or why not. */
const judge = (
  { outcome, endpoint, next, endpoints, backend }: Explanation,
  answer: string | undefined,
): string | undefined => {
  const port = answer === undefined ? undefined : Number(answer);
  switch (outcome) {
    case 'Endpoint': {
      const goesByAddress = backend?.algorithm === 'SourceHash' || backend?.algorithm === 'Maglev';
      const others = endpoints.filter(({ used, full }) => used && !full).map((one) => one.port);
      // Other algorithms do not tell beforehand which one is next.
      if (!goesByAddress && dead.has(endpoint?.port ?? 0) && others.includes(port ?? 0)) return undefined;
      const reached = [...(endpoint === undefined ? [] : [endpoint]), ...next].find(
        (one) => !dead.has(one.port),
      );
      return port === reached?.port ? undefined : `got ${port}, not ${reached?.port}`;
    }
    case 'OneOf': {
      const possible = endpoints.filter(({ chance }) => chance > 0).map((one) => one.port);
      // Who is sent to an endpoint that cannot be reached gets any other one that has room.
      const retried = possible.some((one) => dead.has(one))
        ? endpoints.filter(({ used, full }) => used && !full).map((one) => one.port)
        : [];
      return [...possible, ...retried].includes(port ?? 0)
        ? undefined
        : `got ${port}, not one of ${possible}`;
    }
    case 'Waits':
    case 'Refused':
    case 'HeaderDecides':
      return port === undefined ? undefined : `got ${port}`;
    default:
      return outcome satisfies never;
  }
};

/** How often endpoints were picked that had such a chance, and how often that was to be expected. */
class Calibration {
  #bins = Array.from({ length: 10 }, () => ({ expected: 0, variance: 0, actual: 0 }));

  add({ endpoints }: Explanation, answer: string): void {
    for (const { chance, port } of endpoints) {
      const bin = this.#bins[Math.min(9, Math.floor(chance * 10))];
      if (bin === undefined) continue;
      bin.expected += chance;
      bin.variance += chance * (1 - chance);
      if (`${port}` === answer) bin.actual++;
    }
  }

  check(): void {
    for (const [at, { expected, variance, actual }] of this.#bins.entries())
      assert.ok(
        Math.abs(expected - actual) <= 6 * Math.sqrt(variance) + 1,
        `endpoints with a chance of ${at}0 % were picked ${actual} times, not ${expected.toFixed(1)} times`,
      );
  }
}

const counted = new Map<string, number>();
const count = (what: string): void => void counted.set(what, (counted.get(what) ?? 0) + 1);

/**
 * By listener: clients that were to be refused as soon as they came. Of these, not each has a line in the
 * log.
 */
const denied = new Map<Kind, number>();

const checkDenied = async (): Promise<void> => {
  for (const [listener, expected] of denied) {
    const labels = { listener, reason: 'SourceDenied' };
    assert.equal(
      await proxy.metric('l4balancer_connections_closed_total', labels),
      expected,
      `SEED=${SEED}: SourceDenied of ${listener}`,
    );
  }
};

const checkReason = async (
  flow: Flow,
  tried: Attempt,
  explanation: Explanation,
  sinceMs: number,
): Promise<string | undefined> => {
  const { outcome, header, reason, endpoints } = explanation;
  const isReached = outcome === 'Endpoint' || outcome === 'OneOf';
  // Where the one that cannot be reached is the only one with room, the client waits for the others.
  const isOther = isReached && endpoints.some(({ full }) => full);
  const expected = outcome === 'Waits' || isOther ? 'EndpointsFull' : isReached ? 'ConnectFailed' : reason;
  if (expected === 'SourceDenied' && header === undefined) {
    denied.set(flow.kind, (denied.get(flow.kind) ?? 0) + 1);
    return undefined;
  }
  const isNamed = header === 'Read' && reason !== 'ConnectionLimit';
  const line = await log.lineOf(flow.kind, loggedClient(flow, tried, isNamed), sinceMs);
  return line.reason === expected ? undefined : `ended for ${line.reason}, not ${expected}`;
};

const runFlow = async (flow: Flow, calibration: Calibration): Promise<void> => {
  const sinceMs = Date.now() - 1;
  const forecast = await explain(flow);
  if (forecast.outcome === 'Waits' && !random.chance(WAITING)) return;
  const port = surroundings.ports[flow.kind];
  const isUdp = flow.kind === 'datagrams';
  const isAnswered = forecast.outcome === 'Endpoint' || forecast.outcome === 'OneOf';
  const tried = isUdp ? await attemptDatagram(flow, port, isAnswered) : await attempt(flow, port);
  const { answer } = tried;
  const problem =
    judge(forecast, answer) ??
    (answer === undefined && !isUdp ? await checkReason(flow, tried, forecast, sinceMs) : undefined);
  if (problem !== undefined) {
    const { tableVersion } = await explain(flow);
    assert.notEqual(
      tableVersion,
      forecast.tableVersion,
      `SEED=${SEED}: ${JSON.stringify(flow)} ${problem}: ${JSON.stringify(forecast)}`,
    );
    count('the table changed meanwhile');
  }
  count(forecast.reason ?? forecast.outcome);
  const { algorithm } = forecast.backend ?? {};
  if (algorithm !== undefined) count(algorithm);
  const isByChance = algorithm === 'RoundRobin' || algorithm === 'Random';
  if (isByChance && answer !== undefined && !forecast.endpoints.some((one) => dead.has(one.port) && one.used))
    calibration.add(forecast, answer);
  if (isUdp || answer === undefined || random.chance(0.6)) tried.close();
  else held.push(tried);
  if (held.length > MOST_HELD) held.splice(random.integer(0, MOST_HELD), 1)[0]?.close();
  await settle();
};

test('what is forecast is what happens, over random tables and flows', async (t) => {
  t.diagnostic(`SEED=${SEED} FLOWS=${FLOWS}`);
  const calibration = new Calibration();
  for (let flows = 0; flows < FLOWS; flows++) {
    if (flows % FLOWS_PER_TABLE === 0) {
      await closeHeld();
      await checkDenied();
      const manifest = randomManifest(random, surroundings);
      await proxy.serve(() => proxy.write(manifestText(manifest)));
      await learn(manifest);
    }
    await runFlow(randomFlow(random), calibration);
  }
  await checkDenied();
  calibration.check();
  t.diagnostic(JSON.stringify(Object.fromEntries([...counted].sort(([, a], [, b]) => b - a))));
  const often = ['Endpoint', 'OneOf'];
  const algorithms = ['SourceHash', 'Maglev', 'RoundRobin', 'Random', 'LeastConnections'];
  const refusals = ['SourceDenied', 'TlsNameUnknown', 'ConnectionLimit', 'SourceConnectionLimit'];
  const all = [...often, ...algorithms, ...refusals, 'Waits', 'ProxyHeaderUntrusted'];
  for (const what of FLOWS < 5000 ? often : all)
    assert.ok((counted.get(what) ?? 0) > 0, `SEED=${SEED}: none of ${what}`);
  assert.ok((counted.get('the table changed meanwhile') ?? 0) <= FLOWS / 20, `SEED=${SEED}`);
});
