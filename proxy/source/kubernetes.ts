import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { API_VERSION, KIND, PLURAL } from '../../crds/resource-type.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { KubeService } from '../../kube/service.ts';
import type { Location } from '../../kube/topology-hints.ts';
import type { Transport } from '../../kube/transport.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { configurationOf } from '../configuration/from-l4balancer.ts';
import { certificatesOf } from '../configuration/listener-certificates.ts';
import { type ListenerShares, NO_SHARES } from '../configuration/listener-share.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { ApiProblem } from './api-problem.ts';
import { CaBundles } from './ca-bundles.ts';
import { followCaFiles } from './ca-files.ts';
import { followCaObjects } from './ca-objects.ts';
import { OF_BACKENDS } from './certificate-use.ts';
import { Certificates } from './certificates.ts';
import { followConfigMaps } from './config-maps.ts';
import { follow } from './follow-collection.ts';
import { keyGuard } from './guard-keys.ts';
import { namedCaBundles } from './named-ca-bundles.ts';
import { namedCertificates, namedClientCertificates } from './named-certificates.ts';
import { followClientTrust, namedClientTrust } from './named-client-trust.ts';
import { namedLists } from './named-lists.ts';
import { followOwnShares } from './own-shares.ts';
import { readResource } from './read-resource.ts';
import { resolveTargets, servicesOf } from './resolve.ts';
import { RevocationLists } from './revocation-lists.ts';
import { followSecrets } from './secrets.ts';
import { followSlices } from './slices.ts';
import { type LeftOutCounts, NOTHING_LEFT_OUT, type Source, type SourceEvents } from './source.ts';
import { SourceLists } from './source-lists.ts';
import { followTicketKeys } from './ticket-keys.ts';
import { followTogether, withAllNamed } from './with-named.ts';

export interface KubernetesSourceOptions extends SourceEvents {
  readonly transport: Transport;
  readonly namespace: string;
  readonly name: string;
  /** Name of the pod that this proxy runs in; without one it has no share of any limit. */
  readonly pod?: string;
  readonly location?: Location;
  /** Calls `run` once after `ms` milliseconds; used to coalesce a burst of changes into one snapshot. */
  readonly after: (ms: number, run: () => void) => unknown;
}

/**
 * How long a change waits so that others of the same burst can be coalesced with it: far less than the 100 ms
 * within which a removed endpoint must be out of service.
 */
const COALESCE_MS = 3;

/** A spec that can be served, with what was found while reading it. */
interface Accepted {
  readonly revision: string;
  readonly spec: L4BalancerSpec;
  readonly configuration: Configuration;
  readonly findings: readonly ProxyFinding[];
  readonly ignoredFields: number;
  readonly leftOut: LeftOutCounts;
}

/**
 * Follows one L4Balancer, the Services of its namespace, the EndpointSlices of the Services that it names,
 * the ConfigMaps with its lists of sources, and the Secrets with its certificates. If the API server is lost,
 * if the resource is deleted, or if nothing in its spec is understood, the last state stays in effect.
 */
export const followKubernetes = (options: KubernetesSourceOptions): Source => {
  const { namespace, name, transport } = options;
  let newest: Accepted | undefined;
  let active: Accepted | undefined;
  let refused: readonly ProxyFinding[] = [];
  let parsedVersion: string | undefined;
  let shares: ListenerShares = NO_SHARES;
  const sharesIn = options.pod === undefined ? undefined : followOwnShares(options.pod);
  let snapshot: Snapshot | undefined;
  let scheduled = false;
  let stopped = false;

  const changed = (): void => {
    if (scheduled) return;
    scheduled = true;
    options.after(COALESCE_MS, () => {
      scheduled = false;
      if (!stopped) emitInput();
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

  const lists = new SourceLists();
  const configMaps = followConfigMaps({ namespace, lists, onChange: changed, following });
  const certificates = new Certificates();
  const guarded = keyGuard(() => options.beforeKeys?.());
  const secrets = guarded(followSecrets({ namespace, certificates, onChange: changed, following }));
  const clientCertificates = new Certificates(OF_BACKENDS);
  const clientSecrets = guarded(
    followSecrets({
      namespace,
      certificates: clientCertificates,
      onChange: changed,
      following,
      kind: 'Client certificate in Secret',
    }),
  );
  const bundles = new CaBundles();
  const caObjects = followTogether(
    followCaObjects({ namespace, bundles, onChange: changed, following }),
    followCaFiles('/', bundles),
  );
  const clientBundles = new CaBundles();
  const revoked = new RevocationLists();
  const ofClients = { namespace, onChange: changed, following };
  const clientTrust = followTogether(
    ...followClientTrust(
      followCaObjects({ ...ofClients, bundles: clientBundles, what: 'CA bundle of clients' }),
      followCaObjects({ ...ofClients, bundles: revoked, what: 'List of revoked certificates' }),
    ),
  );
  const onInput = withAllNamed(
    [
      [namedLists(lists), configMaps],
      [namedCertificates(certificates), secrets],
      [namedClientCertificates(clientCertificates), clientSecrets],
      [namedCaBundles(bundles), caObjects],
      [namedClientTrust(clientBundles, revoked), clientTrust],
    ],
    options.onInput,
  );

  const tickets = followTicketKeys({ transport, namespace, name, onChange: changed });

  const emitInput = (): void => {
    if (balancers.objects === undefined) return;
    readBalancer(balancers.objects.get(`${namespace}/${name}`));
    if (newest !== undefined) slices.setServices(servicesOf(newest.configuration));
    if (newest !== undefined && certificatesOf(newest.configuration).length > 0) tickets.start();
    // A new spec takes effect when the endpoints of all its Services are known; until then the old one is
    // served.
    const known = slices.current ?? slices.previous;
    if (slices.current !== undefined) active = newest;
    if (active !== undefined && known !== undefined && services.objects !== undefined) {
      const { targets, leaving, findings } = resolveTargets(
        active.configuration,
        services.objects,
        known,
        options.location,
      );
      snapshot = {
        revision: active.revision,
        configuration: active.configuration,
        targets,
        leaving,
        findings: [...active.findings, ...findings],
      };
    }
    onInput({
      snapshot,
      shares,
      ...(tickets.keys === undefined ? {} : { ticketKeys: tickets.keys }),
      refused,
      ignoredFields: active?.ignoredFields ?? 0,
      leftOut: active?.leftOut ?? NOTHING_LEFT_OUT,
    });
  };

  /** Reads the resource if it has changed. If nothing in it is understood, only the findings change. */
  const readBalancer = (object: KubeObject | undefined): void => {
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
    shares = sharesIn?.(object) ?? NO_SHARES;
    const read = readResource(object, newest?.spec);
    if (read.spec === undefined) {
      refused = read.findings;
      return;
    }
    refused = [];
    newest = {
      revision: `generation/${object.metadata.generation ?? 0}`,
      spec: read.spec,
      configuration: configurationOf(read.spec, read.written, namespace),
      findings: read.findings,
      ignoredFields: read.ignoredFields,
      leftOut: read.leftOut,
    };
  };

  return {
    stop() {
      stopped = true;
      balancers.stop();
      services.stop();
      slices.stop();
      configMaps.stop();
      lists.stop();
      secrets.stop();
      certificates.stop();
      clientSecrets.stop();
      clientCertificates.stop();
      caObjects.stop();
      bundles.stop();
      clientTrust.stop();
      clientBundles.stop();
      revoked.stop();
      tickets.stop();
    },
  };
};

const missing = (namespace: string, name: string, served: boolean): string =>
  served
    ? `L4Balancer ${namespace}/${name} was deleted. Its last configuration stays in service until this proxy stops.`
    : `L4Balancer ${namespace}/${name} does not exist. Create it, or correct L4B_NAMESPACE and L4B_NAME.`;
