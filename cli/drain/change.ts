import { drainedBy, endpointIn } from '../../crds/drained.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import { createWriter, type Manifest } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Request } from '../arguments/request.ts';
import { type Balancer, CALL_TIMEOUT_MS, readBalancer } from '../cluster/balancers.ts';
import { listPods } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { CliError } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';
import { endpointText } from '../print/endpoint-text.ts';
import { type BackendEndpoints, changed, whatIsMeant } from './entries.ts';
import { type ManagedFields, otherAppliers, ownEntries } from './own-entries.ts';

export type DrainRequest = Extract<Request, { readonly command: 'drain' | 'undrain' }>;

/** Owns the entries that this command has added. */
const MANAGER = 'kubectl-l4b';
/** So often the resource may change between reading and writing it. */
const TRIES = 5;
const MOST_NAMED = 8;

interface DrainableSpec {
  readonly backends?: readonly (BackendEndpoints & { readonly drained?: readonly string[] })[];
}

interface Stored extends Balancer {
  readonly metadata: Balancer['metadata'] & { readonly managedFields?: readonly ManagedFields[] };
}

const read = async (session: Session, name: string): Promise<Stored> => {
  const { transport, namespace } = session;
  const path = objectPath({ apiVersion: API_VERSION, kind: KIND, namespace, name });
  const found = await transport
    .request({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS })
    .catch(async (error: unknown) => {
      // It names those that there are.
      if (error instanceof ApiError && error.code === 'NotFound') await readBalancer(session, name);
      throw explain(error, `read the L4Balancer ${namespace}/${name}`);
    });
  return found as Stored;
};

export const specOf = ({ spec }: Balancer): DrainableSpec => (spec ?? {}) as DrainableSpec;

/** The endpoints of backends, as proxies know them; of a backend that none knows, those that it lists. */
const endpointsOf = async (
  session: Session,
  balancer: Balancer,
  direct: boolean,
): Promise<readonly BackendEndpoints[]> => {
  const readings = await readReports(session, await listPods(session, balancer), { direct });
  const known = [...readings.values()].flatMap((one) => (one.kind === 'Report' ? one.report.backends : []));
  return (specOf(balancer).backends ?? []).map(({ name, endpoints = [] }) => ({
    name,
    endpoints: [...endpoints, ...known.filter((one) => one.name === name).flatMap((one) => one.endpoints)],
  }));
};

/** The entries to add, by backend. Throws CliError if one means no endpoint. */
const toDrain = async (
  session: Session,
  balancer: Balancer,
  entries: readonly string[],
  { backend, direct }: DrainRequest,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const all = await endpointsOf(session, balancer, direct);
  const wanted = all.filter(({ name }) => backend === undefined || name === backend);
  const { byBackend, unknown } = whatIsMeant(entries, wanted);
  if (unknown.length === 0) return byBackend;
  const { name } = balancer.metadata;
  const known = [...new Set(wanted.flatMap(({ endpoints }) => endpoints.map(endpointText)))];
  const whose = backend === undefined ? name : `backend ${backend} of ${name}`;
  const there =
    known.length === 0
      ? 'no endpoint of it is known: no proxy reports any'
      : `it has ${known.slice(0, MOST_NAMED).join(', ')}${known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : ''}`;
  throw new CliError('BadInput', `${whose} has no endpoint ${unknown.join(', ')}; ${there}`);
};

/** The entries to remove, by backend: those that mean the same as the arguments, or less. */
const toUndrain = (
  balancer: Balancer,
  entries: readonly string[] | undefined,
  { backend }: DrainRequest,
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map(
    (specOf(balancer).backends ?? []).flatMap(({ name, drained = [] }): [string, readonly string[]][] => {
      if (backend !== undefined && name !== backend) return [];
      const gone = entries === undefined ? drained : drained.filter((one) => isMeant(one, entries));
      return gone.length === 0 ? [] : [[name, gone]];
    }),
  );
  if (found.size > 0 || entries === undefined) return found;
  const all = (specOf(balancer).backends ?? []).flatMap(({ drained = [] }) => drained);
  throw new CliError(
    'BadInput',
    `${balancer.metadata.name} does not drain ${entries.join(', ')}; it drains ${all.length === 0 ? 'nothing' : all.join(', ')}`,
  );
};

/** Whether an entry of `drained` is one of the arguments, or on an address that is one. */
const isMeant = (entry: string, entries: readonly string[]): boolean => {
  const { address, port = 0 } = endpointIn(entry);
  return drainedBy(entries)({ address, port }).length > 0;
};

/** Applies what this command owns from now on. */
const write = async (
  session: Session,
  stored: Stored,
  own: ReadonlyMap<string, readonly string[]>,
): Promise<Balancer> => {
  const { name, resourceVersion = '' } = stored.metadata;
  const manifest: Manifest & { readonly spec: object } = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace: session.namespace, resourceVersion },
    spec: { backends: [...own].map(([backend, drained]) => ({ name: backend, drained })) },
  };
  return createWriter(session.transport, MANAGER).apply(manifest);
};

/** What was changed, and the resource afterwards. */
export interface Written {
  readonly balancer: Balancer;
  /** The entries that were added or removed, by backend. */
  readonly change: ReadonlyMap<string, readonly string[]>;
  /** Who else writes the backends. */
  readonly appliers: readonly string[];
}

/**
 * Adds entries to `drained`, or removes them (all of them if `entries` is undefined). Throws CliError;
 * nothing is changed then.
 */
export const changeDrained = async (
  session: Session,
  request: DrainRequest,
  entries: readonly string[] | undefined,
): Promise<Written> => {
  const { command, name, backend } = request;
  for (let tries = 1; ; tries++) {
    const stored = await read(session, name);
    const names = (specOf(stored).backends ?? []).map((one) => one.name);
    if (backend !== undefined && !names.includes(backend))
      throw new CliError('BadInput', `${name} has no backend ${backend}; it has ${names.join(', ')}`);
    const asked =
      command === 'drain'
        ? await toDrain(session, stored, entries ?? [], request)
        : toUndrain(stored, entries, request);
    const { managedFields = [] } = stored.metadata;
    const own = ownEntries(managedFields, MANAGER);
    const next = changed(own, asked, command === 'drain' ? 'Drain' : 'Undrain');
    try {
      const balancer = asked.size === 0 ? stored : await write(session, stored, next);
      return { balancer, change: asked, appliers: otherAppliers(managedFields, MANAGER) };
    } catch (error) {
      const isLate = error instanceof ApiError && error.code === 'Conflict';
      if (!isLate || tries === TRIES) throw explain(error, `${command} endpoints of ${name}`);
    }
  }
};
