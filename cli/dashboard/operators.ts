import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath } from '../../kube/paths.ts';
import { CALL_TIMEOUT_MS } from '../cluster/balancers.ts';
import { podOf, podsOf, type RawPod } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';

/** Labels that the chart gives to the operator's pods. */
const SELECTOR = 'app.kubernetes.io/component=operator,app.kubernetes.io/part-of=l4balancer';
/** Where the documents install the operator, for a user who may not look everywhere. */
const USUAL_NAMESPACE = 'l4balancer-system';
const PAGE_PORT_NAME = 'page';
const PAGE_PORT = 8082;

/** A pod whose port has a page. */
export interface PagePod {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

interface OperatorPod extends PagePod {
  readonly isReady: boolean;
}

interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string };
}

const pagePortOf = ({ spec }: RawPod): number =>
  spec?.containers?.flatMap(({ ports = [] }) => ports).find(({ name }) => name === PAGE_PORT_NAME)
    ?.containerPort ?? PAGE_PORT;

const listIn = async (
  { transport }: Session,
  namespace: string | undefined,
  tried: string,
): Promise<readonly OperatorPod[]> => {
  const pods = await podsOf(transport, namespace, SELECTOR, tried);
  return pods.flatMap((raw) => {
    const { name, isReady, isRunning, isLeaving } = podOf(raw);
    const of = { namespace: raw.metadata.namespace ?? '', pod: name, port: pagePortOf(raw), isReady };
    return isRunning && !isLeaving ? [of] : [];
  });
};

const listOperators = async (
  session: Session,
  namespace: string | undefined,
): Promise<readonly OperatorPod[]> => {
  const tried = `look for the operator’s pods in ${namespace ?? 'any namespace'}`;
  if (namespace !== undefined) return listIn(session, namespace, tried);
  try {
    return await listIn(session, undefined, tried).catch((error: unknown) => {
      if (error instanceof CliError && error.code === 'NoRight')
        return listIn(session, USUAL_NAMESPACE, tried);
      throw error;
    });
  } catch (error) {
    const { code, message } = explain(error, tried);
    throw new CliError(code, `${message} — --operator-namespace says where it is`, error);
  }
};

/** The pod that holds a Lease beside it; undefined if that is not known. */
const leaderOf = async (
  { transport }: Session,
  pods: readonly OperatorPod[],
): Promise<OperatorPod | undefined> => {
  for (const namespace of new Set(pods.map((one) => one.namespace))) {
    try {
      const { objects } = await listAll<Lease>({
        transport,
        path: collectionPath({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }, namespace),
        timeoutMs: CALL_TIMEOUT_MS,
      });
      const holders = [...objects.values()].map(({ spec }) => spec?.holderIdentity ?? '');
      const leader = pods.find(
        (one) => one.namespace === namespace && holders.some((holder) => holder.startsWith(`${one.pod}_`)),
      );
      if (leader !== undefined) return leader;
    } catch (error) {
      // Without the right to see Leases, any of them will do: a page says whether its operator leads.
      if (!(error instanceof ApiError)) throw explain(error, `look for the Lease of the operator`);
    }
  }
  return undefined;
};

/** The operator that leads, or else one that is ready. Throws CliError. */
export const findOperator = async (session: Session, namespace: string | undefined): Promise<PagePod> => {
  const pods = await listOperators(session, namespace);
  const [first] = pods;
  if (first === undefined)
    throw new CliError(
      'NotFound',
      `No operator of L4Balancer runs in ${namespace === undefined ? 'this cluster' : `namespace ${namespace}`}: no running pod has the labels ${SELECTOR}. ${
        namespace === undefined ? 'See kubectl get pods -A' : '--operator-namespace chooses another namespace'
      }; --pod opens the page of one replica, without the operator.`,
    );
  if (pods.length === 1) return first;
  return (await leaderOf(session, pods)) ?? pods.find(({ isReady }) => isReady) ?? first;
};
