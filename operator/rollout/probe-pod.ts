import { childName } from '../../crds/child-name.ts';
import { childMetadata } from '../desired/metadata.ts';
import { CONTAINER, imageOf } from '../desired/pod/container.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import { containerSecurityContext } from '../desired/pod/security-context.ts';
import { childLabels, type Labels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { VERDICT_LABEL } from './gate.ts';
import type { NodePool } from './node-pools.ts';
import type { WantedTemplate } from './wanted-workload.ts';

const COMPONENT = 'app.kubernetes.io/component';
const PREFLIGHT = 'preflight';

/** Whether a pod of a resource is a probe rather than a proxy. */
export const isProbe = (labels: Labels | undefined): boolean => labels?.[COMPONENT] === PREFLIGHT;

/** Number of nodes of a pool that a probe names; the scheduler chooses among them. */
const NODES_NAMED = 10;

/**
 * A bare pod with the sysctls of the proxy pods and next to no resources, on a node of the pool. A kubelet
 * that refuses it does so once, and the pod remains as proof. Its program prints its version and exits. No
 * Service and no selector of the proxies matches it.
 */
export const probePod = (
  owner: Owner,
  settings: RenderSettings,
  template: WantedTemplate,
  verdict: { readonly pool: NodePool; readonly verdictKey: string },
) => {
  const { securityContext, tolerations, nodeSelector, affinity } = template.spec;
  return {
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: {
      ...childMetadata(owner),
      name: probeName(owner.name, verdict.verdictKey),
      labels: { ...childLabels(owner.name), [COMPONENT]: PREFLIGHT, [VERDICT_LABEL]: verdict.verdictKey },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext,
      containers: [
        {
          name: CONTAINER,
          ...imageOf(owner, settings),
          args: ['--version'],
          resources: { requests: { cpu: '1m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
          securityContext: containerSecurityContext({ capabilities: [] }),
        },
      ],
      ...(tolerations === undefined ? {} : { tolerations }),
      ...placementIn(verdict.pool, nodeSelector, affinity),
    },
  };
};

/** Deterministic, so that trying twice, or from two operators, creates one pod. */
const probeName = (balancer: string, key: string): string =>
  `${childName(balancer)
    .slice(0, 40)
    .replace(/[-.]+$/, '')}-preflight-${key.slice(0, 8)}`;

const placementIn = ({ nodes }: NodePool, nodeSelector: object | undefined, affinity: object | undefined) =>
  nodes.length === 0
    ? {
        ...(nodeSelector === undefined ? {} : { nodeSelector }),
        ...(affinity === undefined ? {} : { affinity }),
      }
    : {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: nodes.slice(0, NODES_NAMED).map((node) => ({
                matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }],
              })),
            },
          },
        },
      };
