import { randomBytes } from 'node:crypto';
import type { Cluster } from '../../cluster/interface/cluster.ts';
import { openCluster } from '../../cluster/open-cluster.ts';
import { until } from '../../tooling/wait/until.ts';
import { ECHO_IMAGE } from './echo-image.ts';
import { balancer, echoService } from './objects.ts';
import { ensureOperator } from './operator.ts';
import { within } from './within.ts';

/** The part of `kubectl get -o json` that tests read, of an L4Balancer or one of its children. */
export interface Seen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly creationTimestamp: string;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly SeenCondition[];
    readonly addresses?: readonly { readonly value: string }[];
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly replicaSummary?: string;
    readonly numberReady?: number;
    readonly observedGeneration?: number;
    readonly podIP?: string;
    readonly tuning?: readonly TuningRow[];
  };
}

export interface SeenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export interface TuningRow {
  readonly name: string;
  readonly asked?: string;
  readonly effective: string;
  readonly ok: boolean;
  readonly hint?: string;
}

const CHILDREN =
  'deployments,daemonsets,replicasets,controllerrevisions,pods,services,endpointslices,serviceaccounts,roles,rolebindings,' +
  'poddisruptionbudgets,horizontalpodautoscalers,networkpolicies';

/** The cluster with the operator installed, and a namespace of the test's own. */
export class World {
  readonly cluster: Cluster;
  readonly namespace: string;

  private constructor(cluster: Cluster, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  static async open(purpose: string): Promise<World> {
    const cluster = await openCluster('e2e');
    await ensureOperator(cluster);
    const namespace = `${purpose}-${randomBytes(3).toString('hex')}`;
    await cluster.kubectl(['create', 'namespace', namespace]);
    const world = new World(cluster, namespace);
    // Pods are rejected until the namespace has its ServiceAccount.
    await until(
      'the namespace has a ServiceAccount',
      async () =>
        (await world.kubectl(['get', 'serviceaccount', 'default', '--ignore-not-found'])) || undefined,
      within(30),
    );
    return world;
  }

  /** Removes the test's namespace and all in it; the cluster and the operator stay for the next test. */
  async close(): Promise<void> {
    await this.cluster.kubectl([
      'delete',
      'namespace',
      this.namespace,
      '--ignore-not-found',
      '--timeout=90s',
    ]);
    await this.cluster.close();
  }

  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const all = ['-n', this.namespace, ...args];
    const { stdout } = await this.cluster.kubectl(all, input === undefined ? {} : { input });
    return stdout.trim();
  }

  async apply(manifest: string): Promise<void> {
    await this.kubectl(['apply', '--server-side', '--field-manager=e2e', '-f', '-'], manifest);
  }

  async get(kind: string, name: string): Promise<Seen | undefined> {
    const text = await this.kubectl(['get', kind, name, '-o', 'json', '--ignore-not-found']);
    return text === '' ? undefined : (JSON.parse(text) as Seen);
  }

  async list(kind: string, selector: string): Promise<readonly Seen[]> {
    const text = await this.kubectl(['get', kind, '-l', selector, '-o', 'json']);
    return (JSON.parse(text) as { items: Seen[] }).items;
  }

  /** An echo Service with all its pods ready. */
  async echo(name: string, replicas: number): Promise<void> {
    await this.cluster.loadImage(ECHO_IMAGE.tar);
    await this.apply(echoService(name, replicas, ECHO_IMAGE.reference));
    await this.kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=90s']);
  }

  /** Waits for Ready=True of the L4Balancer's current generation. */
  async ready(name: string): Promise<Seen> {
    return until(
      `L4Balancer ${name} is ready`,
      async () => {
        const seen = await this.get('l4balancer', name);
        const ready = seen?.status?.conditions?.find(({ type }) => type === 'Ready');
        return ready?.status === 'True' && seen?.status?.observedGeneration === seen?.metadata.generation
          ? seen
          : undefined;
      },
      within(90, () => this.explain(name)),
    );
  }

  /**
   * Waits until Ready of the L4Balancer's current generation has this reason, with `text` in its message;
   * returns all conditions by type.
   */
  async reason(name: string, wanted: string, text = /./): Promise<Readonly<Record<string, SeenCondition>>> {
    return until(
      `the status of ${name} has the reason ${wanted}`,
      async () => {
        const seen = await this.get('l4balancer', name);
        if (seen?.status?.observedGeneration !== seen?.metadata.generation) return undefined;
        const conditions = Object.fromEntries((seen?.status?.conditions ?? []).map((one) => [one.type, one]));
        const { Ready } = conditions;
        return Ready?.reason === wanted && text.test(Ready.message) ? conditions : undefined;
      },
      within(90, () => this.explain(name)),
    );
  }

  /** Creates a balancer in front of an echo Service and returns the address that clients use. */
  async serving(
    name: string,
    replicas: number,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    await this.echo(`${name}-echo`, replicas);
    await this.apply(balancer(name, `${name}-echo`, spec));
    const seen = await this.ready(name);
    const address = seen.status?.addresses?.[0]?.value;
    if (address === undefined) throw new Error(`No address in the status: ${JSON.stringify(seen.status)}`);
    return address;
  }

  proxyPods(name: string): Promise<readonly Seen[]> {
    return this.list('pods', `app.kubernetes.io/name=l4balancer,app.kubernetes.io/instance=${name}`);
  }

  /**
   * All objects in the namespace that the operator created, or controllers on its behalf; empty if none is
   * left.
   */
  async childrenLeft(): Promise<string> {
    const selector = 'app.kubernetes.io/managed-by=l4balancer-operator';
    return this.kubectl(['get', CHILDREN, '-l', selector, '-o', 'name']);
  }

  /** Deletes the L4Balancer and waits until no child of any L4Balancer is left. */
  async removed(name: string): Promise<void> {
    await this.kubectl(['delete', 'l4balancer', name, '--timeout=60s']);
    const left = () => this.childrenLeft();
    await until(
      'all children are gone',
      async () => ((await left()) === '' ? true : undefined),
      within(90, left),
    );
  }

  /** What a person would look at first: the resource, its objects, and events. */
  async explain(name: string): Promise<string> {
    const parts = await Promise.all([
      this.kubectl(['describe', 'l4balancer', name]).catch(String),
      this.kubectl(['get', 'deployments,daemonsets,replicasets,pods,services', '-o', 'wide']).catch(String),
      this.kubectl(['get', 'events', '--sort-by=.lastTimestamp']).catch(String),
    ]);
    return parts.join('\n');
  }
}
