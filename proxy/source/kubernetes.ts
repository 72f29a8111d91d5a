import { API_VERSION, KIND, type L4BalancerSpec, PLURAL } from '../../crds/l4balancer.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { KubeService } from '../../kube/service.ts';
import type { Location } from '../../kube/topology-hints.ts';
import type { Transport } from '../../kube/transport.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { configurationOf } from '../configuration/from-l4balancer.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { ApiProblem } from './api-problem.ts';
import { follow } from './follow-collection.ts';
import { takeResource } from './read-resource.ts';
import { resolveTargets, servicesOf } from './resolve.ts';
import { followSlices } from './slices.ts';
import { type LeftOutCounts, NOTHING_LEFT_OUT, type Source, type SourceEvents } from './source.ts';

export interface KubernetesSourceOptions extends SourceEvents {
  readonly transport: Transport;
  readonly namespace: string;
  readonly name: string;
  readonly place?: Location;
  /** Calls `run` once after `ms` milliseconds; lets a burst of changes become one snapshot. */
  readonly after: (ms: number, run: () => void) => unknown;
}

/** A change waits this long for others of the same burst: far below the 100 ms in which a removed endpoint must be gone. */
const COALESCE_MS = 3;

/** A spec that can be served, and what it was parsed from. */
interface Accepted {
  readonly revision: string;
  readonly spec: L4BalancerSpec;
  readonly configuration: Configuration;
  readonly findings: readonly ProxyFinding[];
  readonly ignoredFields: number;
  readonly leftOut: LeftOutCounts;
}

/**
 * Follows one L4Balancer, the Services of its namespace and the EndpointSlices of those it names. Each loss of the API server is waited
 * out with what was seen last; so is a spec of which nothing is understood, and a resource that was deleted.
 */
export const followKubernetes = (options: KubernetesSourceOptions): Source => {
  const { namespace, name, transport } = options;
  let newest: Accepted | undefined;
  let active: Accepted | undefined;
  let refused: readonly ProxyFinding[] = [];
  let parsedVersion: string | undefined;
  let snapshot: Snapshot | undefined;
  let scheduled = false;
  let stopped = false;

  const changed = (): void => {
    if (scheduled) return;
    scheduled = true;
    options.after(COALESCE_MS, () => {
      scheduled = false;
      if (!stopped) settle();
    });
  };

  const problems = new Map<string, ApiProblem>();
  const following = (what: string, path: string) => ({
    transport,
    what,
    path,
    onChange: changed,
    onProblem: (problem: ApiProblem | undefined) => {
      if (problem === undefined) problems.delete(what);
      else problems.set(what, problem);
      const [first] = problems.values();
      options.onState(first === undefined ? { following: true } : { following: false, ...first });
    },
  });
  const balancers = follow({
    ...following(`${KIND} ${namespace}/${name}`, `/apis/${API_VERSION}/namespaces/${namespace}/${PLURAL}`),
    fieldSelector: `metadata.name=${name}`,
  });
  const services = follow<KubeService>(following('Services', `/api/v1/namespaces/${namespace}/services`));
  const slices = followSlices(
    following('EndpointSlices', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`),
  );

  const settle = (): void => {
    if (balancers.objects === undefined) return;
    read(balancers.objects.get(`${namespace}/${name}`));
    if (newest !== undefined) slices.want(servicesOf(newest.configuration));
    // A new spec is taken when the endpoints of all its Services are known; until then the old one is served on.
    const known = slices.wanted ?? slices.before;
    if (slices.wanted !== undefined) active = newest;
    if (active !== undefined && known !== undefined && services.objects !== undefined) {
      const { targets, leaving, findings } = resolveTargets(
        active.configuration,
        services.objects,
        known,
        options.place,
      );
      snapshot = {
        revision: active.revision,
        configuration: active.configuration,
        targets,
        leaving,
        findings: [...active.findings, ...findings],
      };
    }
    options.onInput({
      snapshot,
      refused,
      ignoredFields: active?.ignoredFields ?? 0,
      leftOut: active?.leftOut ?? NOTHING_LEFT_OUT,
    });
  };

  /** Reads the resource when it has changed; one of which nothing is understood changes nothing but the findings. */
  const read = (object: KubeObject | undefined): void => {
    if (object === undefined) {
      refused = [
        { code: 'ResourceMissing', path: '', message: missing(namespace, name, newest !== undefined) },
      ];
      parsedVersion = undefined;
      return;
    }
    const version = object.metadata.resourceVersion;
    if (version !== undefined && version === parsedVersion) return;
    parsedVersion = version;
    const taken = takeResource(object, newest?.spec);
    if (taken.spec === undefined) {
      refused = taken.findings;
      return;
    }
    refused = [];
    newest = {
      revision: `generation/${object.metadata.generation ?? 0}`,
      spec: taken.spec,
      configuration: configurationOf(taken.spec, taken.written),
      findings: taken.findings,
      ignoredFields: taken.ignoredFields,
      leftOut: taken.leftOut,
    };
  };

  return {
    stop() {
      stopped = true;
      balancers.stop();
      services.stop();
      slices.stop();
    },
  };
};

const missing = (namespace: string, name: string, served: boolean): string =>
  served
    ? `L4Balancer ${namespace}/${name} was deleted; what it said last stays in service until this proxy stops.`
    : `L4Balancer ${namespace}/${name} does not exist. Create it, or correct L4B_NAMESPACE and L4B_NAME.`;
