import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOperatorCode } from '../../../bin/operator-code.js';
import type { Change, Effect } from '../../../cli/diff/change.ts';
import { changesOf, summaryOf } from '../../../cli/diff/changes.ts';
import { changeLines } from '../../../cli/diff/lines.ts';
import { styleOf } from '../../../cli/print/style.ts';
import type { L4Balancer } from '../../../crds/l4balancer.ts';
import { parseManifest } from '../../../crds/parse-manifest.ts';
import { balancer, MINIMAL } from '../../operator/owner.ts';

const { renderedOf } = await loadOperatorCode();
const side = (one: L4Balancer) => ({
  balancer: one,
  children: renderedOf(one, { proxyImage: 'registry.test/proxy:1', pullPolicy: 'IfNotPresent' }),
});
const changes = (before: object, after: object): readonly Change[] =>
  changesOf(side(balancer(before)), side(balancer(after)));

const [LISTENER] = MINIMAL.listeners;
const address = (last: number, more: object = {}) => ({ address: `10.0.0.${last}`, port: 80, ...more });
const fixed = (...endpoints: readonly object[]) => ({ backends: [{ name: 'web', endpoints }] });
const dns = { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' };

interface Case {
  readonly name: string;
  readonly before?: object;
  readonly after: object;
  readonly worst: Effect;
  /** One of its lines. */
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'another port of a listener',
    after: { listeners: [{ ...LISTENER, port: 8081 }] },
    worst: 'Live',
    says: /^✓ Listener web: It moves from port 8080\/TCP to 8081\/TCP: on the old one, new clients are refused there, and open connections stay/m,
  },
  {
    name: 'another listener',
    after: { listeners: [LISTENER, dns] },
    worst: 'Live',
    says: /^✓ Listener dns: Port 53\/UDP is opened by every proxy at once; no pod restarts\.$/m,
  },
  {
    name: 'the removal of a listener of UDP',
    before: { listeners: [LISTENER, dns] },
    after: {},
    worst: 'Ends',
    says: /^! Listener dns: Port 53\/UDP is closed: its sessions end/m,
  },
  {
    name: 'sources of a listener',
    after: { listeners: [{ ...LISTENER, sources: { deny: ['10.0.0.0/8'] } }] },
    worst: 'Live',
    says: /sources is changed: new clients only; open connections stay/,
  },
  {
    name: 'a limit',
    after: { listeners: [{ ...LISTENER, limits: { connections: 5 } }] },
    worst: 'Live',
    says: /limits is changed: at once, and open connections count/,
  },
  {
    name: 'an added endpoint',
    before: fixed(address(1)),
    after: fixed(address(1), address(2)),
    worst: 'Live',
    says: /Endpoint 10\.0\.0\.2:80 is added/,
  },
  {
    name: 'a removed endpoint',
    before: fixed(address(1), address(2)),
    after: fixed(address(1)),
    worst: 'Live',
    says: /Endpoint 10\.0\.0\.2:80 is removed: open connections to it stay until they end \(drain\.onRemoval Keep\)/,
  },
  {
    name: 'a removed endpoint of a backend that closes',
    before: fixed(address(1), address(2)),
    after: { backends: [{ name: 'web', endpoints: [address(1)], drain: { onRemoval: 'Close' } }] },
    worst: 'Ends',
    says: /^! Backend web: Endpoint 10\.0\.0\.2:80 is removed: open connections to it are closed/m,
  },
  {
    name: 'a weight',
    before: fixed(address(1)),
    after: fixed(address(1, { weight: 7 })),
    worst: 'Live',
    says: /Weights change: new connections only\.\n +endpoints\[10\.0\.0\.1 80\]\.weight: 1 → 7$/m,
  },
  {
    name: 'a hash that goes',
    before: { backends: [{ ...MINIMAL.backends[0], algorithm: 'Maglev' }] },
    after: {},
    worst: 'Live',
    says: /new connections of a client may go to another endpoint/,
  },
  {
    name: 'another Service',
    after: { backends: [{ name: 'web', service: { name: 'other', port: 80 } }] },
    worst: 'Live',
    says: /service\.name: "web" → "other"/,
  },
  {
    name: 'the profile',
    after: { tuning: { profile: 'Tuned' } },
    worst: 'Restarts',
    says: /^✗ Pods: Every pod is replaced, a few at a time .*60s after a pod was told to stop are closed\.\n +tuning\.profile: "Restricted" → "Tuned"$/m,
  },
  {
    name: 'the image',
    after: { workload: { image: 'registry.test/other:1' } },
    worst: 'Restarts',
    says: /workload\.image: nothing → "registry\.test\/other:1"/,
  },
  {
    name: 'the kind of workload',
    after: { workload: { kind: 'DaemonSet' } },
    worst: 'Restarts',
    says: /The Deployment becomes a DaemonSet: all pods are replaced/,
  },
  {
    name: 'more replicas',
    after: { workload: { replicas: 3 } },
    worst: 'Live',
    says: /^✓ Pods: 2 pods are added; no other pod restarts\.$/m,
  },
  {
    name: 'fewer replicas',
    before: { workload: { replicas: 3 } },
    after: { workload: { replicas: 2 } },
    worst: 'Ends',
    says: /^! Pods: 1 pod is removed; its open connections have 60s to end/m,
  },
  {
    name: 'an autoscaler',
    after: { workload: { autoscaling: { minReplicas: 2, maxReplicas: 4 } } },
    worst: 'Live',
    says: /The autoscaler decides on the number of pods/,
  },
  {
    name: 'how pods are replaced',
    after: { workload: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } } },
    worst: 'Live',
    says: /Deployment l4b-edge: How its pods are replaced changes/,
  },
  {
    name: 'another type of Service',
    after: { service: { type: 'ClusterIP' } },
    worst: 'Ends',
    says: /^! Service l4b-edge: It is changed, and may get another address\.$/m,
  },
  {
    name: 'no Service',
    after: { service: { type: 'None' } },
    worst: 'Ends',
    says: /Service l4b-edge: It is removed, and its addresses with it/,
  },
  {
    name: 'a network policy',
    after: { networkPolicy: { enabled: true } },
    worst: 'Live',
    says: /NetworkPolicy l4b-edge: It is created/,
  },
  {
    name: 'the access log',
    after: { accessLog: { mode: 'All' } },
    worst: 'Live',
    says: /accessLog: It is changed; no pod restarts/,
  },
  {
    name: 'another class of load balancer',
    before: { service: { type: 'LoadBalancer', loadBalancerClass: 'a.example/x' } },
    after: { service: { type: 'LoadBalancer', loadBalancerClass: 'a.example/y' } },
    worst: 'Refused',
    says: /^✗ Service: loadBalancerClass cannot be changed while the type stays LoadBalancer/m,
  },
];

const options = { width: undefined, style: styleOf(false) };

for (const { name, before = {}, after, worst, says } of CASES)
  test(`${name}: ${worst}`, () => {
    const found = changes(before, after);
    assert.equal(found[0]?.effect, worst, 'the worst comes first');
    assert.match(changeLines('', found, options).join('\n'), says);
  });

test('a pod restarts exactly if the operator renders another pod template', () => {
  const template = (spec: object): string =>
    JSON.stringify(
      side(balancer(spec)).children.find(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet'),
      (key, value) => (['replicas', 'strategy'].includes(key) ? undefined : value),
    );
  for (const { name, before = {}, after } of CASES)
    assert.equal(
      changes(before, after).some(({ effect }) => effect === 'Restarts'),
      template(before) !== template(after),
      name,
    );
});

const SAMPLES = join(import.meta.dirname, '..', '..', '..', 'crds', 'samples');
for (const file of readdirSync(SAMPLES))
  test(`sample ${file} compared with itself changes nothing`, () => {
    const { balancer: one } = parseManifest(readFileSync(join(SAMPLES, file), 'utf8'), 'Standalone');
    assert.ok(one);
    assert.deepEqual(changesOf(side(one), side(one)), []);
  });

test('the summary names the worst', () => {
  const of = (...effects: readonly Effect[]): string =>
    summaryOf(
      effects.map((effect) => ({ effect, about: '', what: '', fields: [] })),
      false,
    );
  assert.equal(of(), 'Nothing changes.');
  assert.equal(of('Live'), 'No pod restarts, and no open connection ends.');
  assert.equal(of('Live', 'Ends'), 'No pod restarts, but some open connections may end.');
  assert.equal(of('Restarts', 'Ends'), 'All pods restart.');
  assert.equal(of('Refused', 'Restarts'), 'The API server refuses this change.');
});

for (const width of [80, 200])
  test(`changes fit into ${width} columns`, () => {
    const found = CASES.flatMap(({ before = {}, after }) => changes(before, after));
    for (const line of changeLines('shop/edge: All pods restart.', found, { ...options, width }))
      assert.ok(line.length <= width, line);
  });
