import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOperatorCode } from '../../../bin/operator-code.js';
import { allowedSysctls } from '../../../cli/preflight/allowed-sysctls.ts';
import type { Facts, PodSpec, PreflightNode } from '../../../cli/preflight/facts.ts';
import { verdictLines } from '../../../cli/preflight/lines.ts';
import type { State } from '../../../cli/preflight/verdict.ts';
import { verdictsOf } from '../../../cli/preflight/verdicts.ts';
import { styleOf } from '../../../cli/print/style.ts';
import type { Manifest } from '../../../kube/apply.ts';
import type { Transport } from '../../../kube/transport.ts';
import { balancer } from '../../operator/owner.ts';

const { renderedOf } = await loadOperatorCode();

const node = (name: string, status: object = {}, nodeInfo: object = {}): PreflightNode => ({
  metadata: { name },
  status: {
    allocatable: { cpu: '16', memory: '32Gi' },
    nodeInfo: { kubeletVersion: 'v1.34.1', architecture: 'amd64', operatingSystem: 'linux', ...nodeInfo },
    ...status,
  },
});

/** What is known of a balancer in a cluster where nothing is in its way. */
const facts = (more: Partial<Facts> = {}, spec: object = {}): Facts => {
  const one = balancer(spec);
  const children = renderedOf(one, { proxyImage: 'registry.test/proxy:1', pullPolicy: 'IfNotPresent' });
  const workload = children.find(({ kind }) => kind === 'Deployment') as Manifest & {
    readonly spec: { readonly template: { readonly spec: PodSpec } };
  };
  return {
    balancer: one,
    children,
    pod: workload.spec.template.spec,
    replicas: 2,
    unsafe: [],
    nodes: { value: [node('n1'), node('n2')] },
    allowed: new Map(),
    resource: { value: undefined },
    podTrial: { value: undefined },
    serviceTrial: { value: undefined },
    quotas: { value: [] },
    services: { value: new Map([['web', { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }]]) },
    neighbours: { value: [] },
    operators: { value: { found: 1, ready: 1 } },
    exists: false,
    ...more,
  };
};

const options = { width: undefined, style: styleOf(false) };
const text = (known: Facts): string => verdictLines('', verdictsOf(known), options).join('\n');

test('where nothing is in the way, every verdict is fine', () => {
  assert.deepEqual(
    verdictsOf(facts()).filter(({ state }) => state !== 'Fine'),
    [],
  );
});

const quota = (hard: Record<string, string>, used: Record<string, string> = {}) => ({
  quotas: { value: [{ metadata: { name: 'team' }, status: { hard, used } }] },
});
const HOST = { tuning: { profile: 'HostNetwork' } };
const neighbour = (hostNetwork: boolean, ...ports: readonly string[]) => ({
  neighbours: { value: [{ key: 'other/game', hostNetwork, ports }] },
});
const UNSAFE = { unsafe: ['net.core.somaxconn', 'net.ipv4.tcp_tw_reuse'] };
const allows = (n1: readonly string[], n2: readonly string[]) => ({
  ...UNSAFE,
  allowed: new Map([
    ['n1', { value: n1 }],
    ['n2', { value: n2 }],
  ]),
});

const CASES: readonly {
  readonly name: string;
  readonly facts: Facts;
  readonly state: State;
  readonly says: RegExp;
}[] = [
  {
    name: 'a spec that is refused',
    facts: facts({ resource: { value: { refused: 'spec.x: no' } } }),
    state: 'Bad',
    says: /^✗ L4Balancer: The API server refuses it: spec\.x: no/m,
  },
  {
    name: 'Pod Security',
    facts: facts({
      podTrial: { value: { refused: 'pods "a" is forbidden: violates PodSecurity "restricted:latest": x' } },
    }),
    state: 'Bad',
    says: /violates PodSecurity.*\n {2}→ Use tuning\.profile Restricted/,
  },
  {
    name: 'a quota that a pod exceeds',
    facts: facts({ podTrial: { value: { refused: 'pods "a" is forbidden: exceeded quota: team' } } }),
    state: 'Bad',
    says: /exceeded quota: team\n {2}→ Raise the quota/,
  },
  {
    name: 'a policy',
    facts: facts({ podTrial: { value: { refused: 'admission webhook "x" denied the request' } } }),
    state: 'Bad',
    says: /denied the request\n {2}→ Follow the API server’s message/,
  },
  {
    name: 'a user who may not create pods',
    facts: facts({ podTrial: { unknown: 'You may not create pods, so the API server could not be asked.' } }),
    state: 'Unknown',
    says: /^\? Pods: You may not create pods/m,
  },
  {
    name: 'a quota with room for one pod of two',
    facts: facts(quota({ pods: '10' }, { pods: '9' })),
    state: 'Bad',
    says: /team allows pods 10, of which 9 are used; 2 pods take 2 × 1/,
  },
  {
    name: 'a quota of memory',
    facts: facts(quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '512Mi' })),
    state: 'Bad',
    says: /limits\.memory 1Gi, of which 512Mi are used; 2 pods take 2 × 512Mi/,
  },
  {
    name: 'a quota with just enough',
    facts: facts(quota({ pods: '2', 'requests.cpu': '500m', services: '0' })),
    state: 'Fine',
    says: /^✓ Quota: The quota has room for 2 pods\.$/m,
  },
  {
    name: 'a quota that counts its own pods already',
    facts: facts({ ...quota({ pods: '2' }, { pods: '2' }), exists: true }),
    state: 'Unknown',
    says: /already counts the pods of this balancer/,
  },
  {
    name: 'no eligible node',
    facts: facts({ nodes: { value: [] } }),
    state: 'Bad',
    says: /No node is eligible/,
  },
  {
    name: 'no eligible node whose kubelet could allow the sysctls',
    facts: facts({ ...UNSAFE, nodes: { value: [] } }),
    state: 'Bad',
    says: /^\? Sysctls: .* and there is no eligible node whose kubelet could allow that\.$/m,
  },
  {
    name: 'nodes that are too small',
    facts: facts({ nodes: { value: [node('n1', { allocatable: { cpu: '100m', memory: '1Gi' } })] } }),
    state: 'Bad',
    says: /None of 1 eligible nodes is as large as what a pod requests: cpu 250m, memory 192Mi/,
  },
  {
    name: 'a node with another architecture',
    facts: facts({ nodes: { value: [node('n1'), node('n2', {}, { architecture: 's390x' })] } }),
    state: 'Warn',
    says: /^! Nodes: n2: the images are for Linux on amd64 and arm64/m,
  },
  {
    name: 'an old kubelet',
    facts: facts({ nodes: { value: [node('n1', {}, { kubeletVersion: 'v1.30.9-eks' })] } }),
    state: 'Warn',
    says: /n1: the kubelet is older than 1\.31/,
  },
  {
    name: 'nodes that may not be read',
    facts: facts({ nodes: { unknown: 'You may not read Nodes, so this is not known.' } }),
    state: 'Unknown',
    says: /^\? Nodes: You may not read Nodes/m,
  },
  {
    name: 'kubelets that allow the sysctls by a pattern',
    facts: facts(allows(['net.core.*', 'net.ipv4.tcp_tw_reuse'], ['net.*'])),
    state: 'Fine',
    says: /the kubelets of 2 eligible nodes allow that/,
  },
  {
    name: 'a kubelet that allows one of two',
    facts: facts(allows(['net.*'], ['net.core.somaxconn'])),
    state: 'Bad',
    says: /^✗ Sysctls: .* and the kubelet of n2 does not allow them\.\n {2}→ Add them to the kubelet’s allowedUnsafeSysctls there/m,
  },
  {
    name: 'a kubelet that is not known',
    facts: facts({ ...UNSAFE, allowed: new Map([['n1', { value: ['net.*'] }]]) }),
    state: 'Unknown',
    says: /whether the kubelet of n2 allows that takes the right to get nodes\/proxy/,
  },
  {
    name: 'a port of a node that another balancer has',
    facts: facts(neighbour(true, '8080/TCP'), HOST),
    state: 'Bad',
    says: /On the host network, other\/game has 8080\/TCP, too/,
  },
  {
    name: 'the same port with another protocol, and without the host network',
    facts: facts(
      {
        neighbours: {
          value: [
            { key: 'a/b', hostNetwork: true, ports: ['8080/UDP'] },
            { key: 'a/c', hostNetwork: false, ports: ['8080/TCP'] },
          ],
        },
      },
      HOST,
    ),
    state: 'Fine',
    says: /No other balancer on the host network has its ports/,
  },
  {
    name: 'a low port on the host network',
    facts: facts({}, { ...HOST, listeners: [{ name: 'web', port: 80, backend: 'web' }] }),
    state: 'Warn',
    says: /80 is below 1024/,
  },
  {
    name: 'a node port that is taken',
    facts: facts({ serviceTrial: { value: { refused: 'provided port is already allocated' } } }),
    state: 'Bad',
    says: /^✗ Service: .*already allocated/m,
  },
  {
    name: 'a Service that does not exist',
    facts: facts({ services: { value: new Map() } }),
    state: 'Warn',
    says: /^! Backends: Backend web, Service web: The Service does not exist/m,
  },
  {
    name: 'a port that the Service does not have',
    facts: facts({
      services: { value: new Map([['web', { metadata: { name: 'web' }, spec: { ports: [{ port: 81 }] } }]]) },
    }),
    state: 'Warn',
    says: /Backend web, Service web: .*81/,
  },
  {
    name: 'no operator',
    facts: facts({ operators: { value: { found: 0, ready: 0 } } }),
    state: 'Warn',
    says: /No Deployment of the operator was found: nothing would act on the resource/,
  },
  {
    name: 'an operator whose pods are not ready',
    facts: facts({ operators: { value: { found: 1, ready: 0 } } }),
    state: 'Warn',
    says: /No pod of the operator is ready: nothing would act on the resource/,
  },
];

for (const { name, facts: known, state, says } of CASES)
  test(`${name}: ${state}`, () => {
    assert.equal(verdictsOf(known)[0]?.state, state, 'what is in the way comes first');
    assert.match(text(known), says);
  });

for (const width of [80, 200])
  test(`verdicts fit into ${width} columns`, () => {
    for (const { facts: known } of CASES)
      for (const line of verdictLines('shop/edge', verdictsOf(known), { ...options, width }))
        assert.ok(line.length <= width, line);
  });

test('kubelets are asked for their configuration in effect, and one that does not answer stays unknown', async () => {
  const request: Transport['request'] = async ({ path, method }) => {
    assert.equal(method, 'GET');
    if (path === '/api/v1/nodes/n1/proxy/configz')
      return { kubeletconfig: { allowedUnsafeSysctls: ['net.*'] } };
    if (path === '/api/v1/nodes/n2/proxy/configz') return { kubeletconfig: {} };
    throw new Error('no answer');
  };
  const transport = { request } as unknown as Transport;
  const found = await allowedSysctls(
    transport,
    ['n1', 'n2', 'n3'].map((name) => ({ metadata: { name } })),
  );
  assert.deepEqual(found.get('n1'), { value: ['net.*'] });
  assert.deepEqual(found.get('n2'), { value: [] });
  assert.ok('unknown' in (found.get('n3') ?? {}));
});
