import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { Status } from '../../crds/status.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath, objectPath } from '../../kube/paths.ts';
import { stripManagedFields } from '../../kube/strip.ts';
import type { Transport } from '../../kube/transport.ts';
import { CliError } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';
import type { Session } from './session.ts';

/**
 * An L4Balancer as the API server has it, of any version: everything in it may be missing. The API server
 * fills in defaults.
 */
export interface Balancer extends KubeObject {
  readonly spec?: {
    readonly listeners?: readonly Pick<
      L4BalancerSpec['listeners'][number],
      'name' | 'port' | 'protocol' | 'backend' | 'tls'
    >[];
    readonly backends?: readonly Pick<L4BalancerSpec['backends'][number], 'name' | 'service'>[];
    readonly paused?: boolean;
  };
  readonly status?: Partial<Status>;
}

const TYPE = { apiVersion: API_VERSION, kind: KIND };
/** Much shorter than a program's: a person waits for it. */
export const CALL_TIMEOUT_MS = 10_000;

/** All balancers of a namespace, or of all namespaces; sorted. Throws CliError. */
export const listBalancers = async (
  transport: Transport,
  namespace: string | undefined,
): Promise<readonly Balancer[]> => {
  const path = collectionPath(TYPE, namespace);
  const where = namespace === undefined ? 'of all namespaces' : `in namespace ${namespace}`;
  const { objects } = await listAll<Balancer>({ transport, path, timeoutMs: CALL_TIMEOUT_MS }).catch(
    (error: unknown) => {
      throw explain(error, `list the L4Balancers ${where}`);
    },
  );
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, balancer]) => balancer);
};

/** One balancer; undefined if there is none with this name. Throws CliError. */
export const findBalancer = async (
  { transport, namespace }: Session,
  name: string,
): Promise<Balancer | undefined> => {
  try {
    const path = objectPath({ ...TYPE, namespace, name });
    const found = await transport.request({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS });
    return stripManagedFields(found as Balancer);
  } catch (error) {
    // A cluster without the resource answers with another text.
    if (error instanceof ApiError && error.code === 'NotFound' && error.serverMessage.includes('"'))
      return undefined;
    throw explain(error, `read the L4Balancer ${namespace}/${name}`);
  }
};

/** One balancer. Throws CliError; if there is none with this name, it names those that there are. */
export const readBalancer = async (session: Session, name: string): Promise<Balancer> => {
  const { transport, namespace } = session;
  const found = await findBalancer(session, name);
  if (found !== undefined) return found;
  throw new CliError('NotFound', notFound(namespace, name, await listBalancers(transport, namespace)));
};

const MOST_NAMES = 8;

const notFound = (namespace: string, name: string, others: readonly Balancer[]): string => {
  const start = `There is no L4Balancer ${name} in namespace ${namespace}`;
  if (others.length === 0)
    return `${start}, which has none at all; -n chooses another namespace, and status -A lists all`;
  const names = others.slice(0, MOST_NAMES).map(({ metadata }) => metadata.name);
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : '';
  return `${start}; it has ${names.join(', ')}${more}`;
};
