import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { children } from '../../operator/desired/children.ts';
import { owner, RENDER } from './owner.ts';

const SAMPLES = new URL('../../crds/samples/', import.meta.url);
const FOLDER = new URL('golden/', import.meta.url);

/** The spec of a sample manifest. */
const sample = (name: string): object => parse(readFileSync(new URL(`${name}.yaml`, SAMPLES), 'utf8')).spec;

/** The resources that have golden files, by name. */
export const GOLDEN: Readonly<Record<string, object>> = {
  minimal: {},
  /** The pod of the production tuning guide, as a profile. */
  guide: { tuning: { profile: 'Tuned' } },
  /** The guide's sysctls on kubelets that allow none of them. */
  'init-container': {
    tuning: {
      profile: 'Tuned',
      sysctlMethod: 'InitContainer',
      sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' }],
    },
  },
  'host-network': { tuning: { profile: 'HostNetwork' }, service: { type: 'None' } },
  multus: sample('multus'),
  sriov: sample('sriov'),
  autoscaled: sample('autoscaled'),
  'every-node': sample('every-node'),
  /** TLS that ends at the proxies. */
  certificates: sample('certificates'),
  /** TCP and UDP on one port. */
  dns: { ...sample('dns'), networkPolicy: { enabled: true } },
  'daemon-set': {
    workload: {
      kind: 'DaemonSet',
      imagePullSecrets: [{ name: 'registry' }],
      disruptionBudget: { minAvailable: 1 },
    },
  },
  everything: {
    listeners: [
      { name: 'web', port: 8080, backend: 'web' },
      { name: 'https', port: 443, backend: 'web' },
    ],
    tuning: {
      profile: 'Tuned',
      acceptors: 2,
      logLevel: 'warn',
      fileDescriptors: 65536,
      capabilities: ['IPC_LOCK', 'SYS_RESOURCE'],
      sysctls: [{ name: 'net.core.somaxconn', value: '1024' }],
    },
    workload: {
      replicas: 3,
      image: 'registry.example/another-proxy:2.0',
      resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: '2500m', memory: '2Gi' } },
      nodeSelector: { 'example.com/pool': 'edge' },
      tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] }],
          },
        },
      },
      priorityClassName: 'system-cluster-critical',
      podAnnotations: { 'k8s.v1.cni.cncf.io/networks': 'fast' },
      podLabels: { team: 'edge' },
      terminationGracePeriod: '1h30m',
    },
    service: {
      type: 'LoadBalancer',
      annotations: { 'example.com/scheme': 'internal' },
      loadBalancerClass: 'example.com/internal',
      loadBalancerIP: '192.0.2.10',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      externalTrafficPolicy: 'Local',
      // One that Kubernetes gives to no Service by itself while it has others: up to 30085.
      nodePorts: { https: 30043 },
      ipFamilyPolicy: 'PreferDualStack',
      sessionAffinity: 'ClientIP',
    },
  },
};

/** All children of one of these resources, as the operator applies them. */
export const goldenChildren = (name: string) =>
  children(owner(GOLDEN[name]), RENDER).flatMap(({ wanted }) => wanted ?? []);

/** Compares with the golden file, or rewrites it if UPDATE_GOLDEN is 1. */
export const assertGolden = (name: string): void => {
  const path = fileURLToPath(new URL(`${name}.golden.yaml`, FOLDER));
  const rendered = goldenChildren(name);
  if (process.env.UPDATE_GOLDEN === '1')
    writeFileSync(
      path,
      rendered.map((manifest) => stringify(manifest, { aliasDuplicateObjects: false })).join('---\n'),
    );
  const golden = parseAllDocuments(readFileSync(path, 'utf8'));
  assert.ok(Array.isArray(golden));
  assert.deepEqual(
    JSON.parse(JSON.stringify(rendered)),
    golden.map((document) => document.toJS()),
    `differs from ${name}.golden.yaml; if that is intended, run the test with UPDATE_GOLDEN=1 and review the difference`,
  );
};
