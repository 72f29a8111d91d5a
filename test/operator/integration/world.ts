import assert from 'node:assert/strict';
import type { AuditEvent } from '../../../cluster/control-plane/audit-log.ts';
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '../../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../../cluster/control-plane/definition.ts';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import type { Status } from '../../../crds/status.ts';
import { connect } from '../../../kube/connect.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { objectPath } from '../../../kube/paths.ts';
import type { Transport } from '../../../kube/transport.ts';
import type { Reason } from '../../../report/reasons/reasons.ts';
import type { WarningReason } from '../../../report/reasons/warning-reasons.ts';
import { until } from '../../../tooling/wait/until.ts';
import { MINIMAL } from '../owner.ts';
import { patient } from './patient.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read fields of arbitrary objects.
type Loose = any;
export type Anything = KubeObject & {
  readonly spec?: Loose;
  readonly status?: Loose;
  readonly [key: string]: Loose;
};

/** Kinds of children that tests read, with their API versions. */
export const CHILDREN = {
  ServiceAccount: 'v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  Service: 'v1',
  Deployment: 'apps/v1',
} as const;

/** A control plane with the CRD, and helpers for tests. */
export interface TestWorld {
  readonly cp: ControlPlane;
  readonly transport: Transport;
  /** Creates a namespace for a test and returns its name. */
  newNamespace(): Promise<string>;
  /** Applies an L4Balancer through kubectl, as a user does. */
  apply(namespace: string, name: string, spec?: object): Promise<void>;
  kubectl(...args: readonly string[]): Promise<string>;
  /** The object; undefined if it does not exist. */
  get(apiVersion: string, kind: string, namespace: string, name: string): Promise<Anything | undefined>;
  status(namespace: string, name: string): Promise<Status | undefined>;
  /**
   * Waits until the condition Ready has this reason and a message that matches, since the message of one
   * reason may change. Returns the message.
   */
  reason(namespace: string, name: string, reason: Reason, message?: RegExp): Promise<string>;
  /** Waits until the condition Warnings has this reason and a message that matches; returns the message. */
  warned(namespace: string, name: string, reason: WarningReason, message?: RegExp): Promise<string>;
  /** Waits until the operator has acted on this generation. */
  settled(namespace: string, name: string, generation: number): Promise<void>;
  /** Waits until the condition holds. */
  eventually(what: string, probe: () => Promise<boolean>): Promise<void>;
  /** Write requests of this user since an offset in the audit log. */
  writes(user: string, since?: number): readonly AuditLine[];
  /** All requests of this user. */
  requests(user: string): readonly AuditLine[];
  auditSize(): number;
  close(): Promise<void>;
}

export interface AuditLine {
  readonly verb: string;
  readonly what: string;
  readonly code: number;
  readonly agent: string;
  /**
   * When the API server received the request, and when it had answered: RFC 3339 with microseconds, so that
   * comparing the strings compares the times.
   */
  readonly from: string;
  readonly to: string;
}

/** The garbage collector alone may need 30 s to discover a new CRD. */
const WITHIN_MS = 90_000;

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

export const startWorld = async (options: ControlPlaneOptions = {}): Promise<TestWorld> => {
  const cp = await startControlPlane({ controllerManager: true, auditLog: true, ...options });
  const transport = patient(await connect({ kubeconfig: cp.kubeconfig }));
  await installDefinition(cp);
  const auditLog = cp.auditLog ?? assert.fail('no audit log');

  const get: TestWorld['get'] = async (apiVersion, kind, namespace, name) => {
    try {
      const path = objectPath({ apiVersion, kind, namespace, name });
      return (await transport.request({ method: 'GET', path })) as Anything;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NotFound') return undefined;
      throw error;
    }
  };
  const status: TestWorld['status'] = async (namespace, name) =>
    (await get(API_VERSION, KIND, namespace, name))?.status;
  const eventually: TestWorld['eventually'] = async (what, probe) => {
    await until(what, probe, { withinMs: WITHIN_MS });
  };

  const waitFor = async (
    type: string,
    namespace: string,
    name: string,
    reason: string,
    message = /(?:)/,
  ): Promise<string> => {
    let seen: { readonly reason: string; readonly message: string } | undefined;
    await eventually(`reason ${reason} of ${namespace}/${name}`, async () => {
      seen = (await status(namespace, name))?.conditions?.find((condition) => condition.type === type);
      return seen?.reason === reason && message.test(seen.message);
    }).catch((cause: unknown) => {
      throw new Error(`expected ${reason} with ${message}, found ${JSON.stringify(seen)}`, { cause });
    });
    return seen?.message ?? '';
  };

  let namespaces = 0;
  return {
    cp,
    transport,
    get,
    status,
    eventually,
    async newNamespace() {
      const name = `test-${++namespaces}`;
      await cp.createNamespace(name);
      return name;
    },
    settled: (namespace, name, generation) =>
      eventually(
        `generation ${generation} acted on`,
        async () => (await status(namespace, name))?.observedGeneration === generation,
      ),
    async apply(namespace, name, spec = {}) {
      const manifest = {
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name, namespace },
        spec: { ...MINIMAL, ...spec },
      };
      await cp.run(['apply', '--server-side', '--field-manager=user', '-f', '-'], JSON.stringify(manifest));
    },
    kubectl: (...args) => cp.run(args),
    reason: (namespace, name, reason, message) => waitFor('Ready', namespace, name, reason, message),
    warned: (namespace, name, reason, message) => waitFor('Warnings', namespace, name, reason, message),
    writes: (user, since = 0) =>
      requestsIn(auditLog.events(since), user).filter(({ verb }) => WRITES.has(verb)),
    requests: (user) => requestsIn(auditLog.events(), user),
    auditSize: () => auditLog.size,
    async close() {
      await transport.close();
      await cp.stop();
    },
  };
};

const requestsIn = (events: readonly AuditEvent[], user: string): readonly AuditLine[] =>
  events
    .filter((event) => event.user.username === user)
    .map(({ verb, requestURI, responseStatus, userAgent = '', ...times }) => ({
      verb,
      what: requestURI.replace(/\?.*$/, ''),
      code: responseStatus?.code ?? 0,
      agent: userAgent,
      from: times.requestReceivedTimestamp,
      to: times.stageTimestamp,
    }));
