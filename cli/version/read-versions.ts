import { API_VERSION } from '../../crds/resource-type.ts';
import { ApiError } from '../../kube/errors.ts';
import { VERSION } from '../../program/version.ts';
import { CALL_TIMEOUT_MS } from '../cluster/balancers.ts';
import type { Reach } from '../cluster/pages.ts';
import { OPERATOR_LABEL, podOf, podsOf, type RawPod } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { CliError } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';
import type { DefinitionSkew, OperatorCode } from '../manifest/operator-code.ts';
import { type Found, type Running, runningOf, type Versions } from './versions.ts';

const PROXIES = 'app.kubernetes.io/name=l4balancer';
/** Which the chart gives the operator's pods. */
const VERSION_LABEL = 'app.kubernetes.io/version';

/**
 * Reads what a cluster says of the versions; `namespace` undefined asks the proxies of all. Throws CliError
 * if the API server cannot be asked at all; a missing right makes one thing unknown.
 */
export const readVersions = async (
  session: Session,
  namespace: string | undefined,
  reach: Reach,
  { definitionSkewIn }: OperatorCode,
): Promise<Versions> => {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const [kubernetes, operator, definition, proxies] = await Promise.all([
    found('get /version', () => kubernetesVersion(session)),
    found('list pods in all namespaces', () => operatorVersions(session)),
    found('get /openapi/v3', () => servedDefinition(session, definitionSkewIn)),
    found(`list pods in ${where}`, () => proxyVersions(session, namespace, where, reach)),
  ]);
  return { client: VERSION, kubernetes, operator, definition, proxies, namespace };
};

const found = async <T>(right: string, read: () => Promise<T>): Promise<Found<T>> => {
  try {
    return { kind: 'Known', value: await read() };
  } catch (error) {
    if (error instanceof CliError && error.code === 'NoRight')
      return { kind: 'Unknown', why: `you lack the right to ${right}` };
    throw error;
  }
};

const get = async ({ transport }: Session, path: string, tried: string): Promise<unknown> => {
  try {
    return await transport.request({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw explain(error, tried);
  }
};

const kubernetesVersion = async (session: Session): Promise<string> => {
  const answer = (await get(session, '/version', 'read the version of Kubernetes')) as
    | { readonly gitVersion?: string }
    | undefined;
  return answer?.gitVersion ?? 'unknown';
};

/** The OpenAPI document of the definition, which every user may read. */
const servedDefinition = async (
  session: Session,
  skewIn: OperatorCode['definitionSkewIn'],
): Promise<DefinitionSkew | undefined> =>
  skewIn((await get(session, `/openapi/v3/apis/${API_VERSION}`, 'read the definition of L4Balancer')) ?? {});

const operatorVersions = async ({ transport }: Session): Promise<readonly Running[]> => {
  const pods = await podsOf(
    transport,
    undefined,
    OPERATOR_LABEL,
    'list the pods of operators in all namespaces',
  );
  return runningOf(pods.map(({ metadata }) => metadata.labels?.[VERSION_LABEL]));
};

const proxyVersions = async (
  session: Session,
  namespace: string | undefined,
  where: string,
  reach: Reach,
): Promise<readonly Running[]> => {
  const pods = await podsOf(session.transport, namespace, PROXIES, `list the pods of proxies in ${where}`);
  const versions = await Promise.all(
    [...Map.groupBy(pods, ({ metadata }) => metadata.namespace ?? session.namespace)].map(([one, own]) =>
      versionsIn({ ...session, namespace: one }, own, reach),
    ),
  );
  return runningOf(versions.flat());
};

const versionsIn = async (
  session: Session,
  pods: readonly RawPod[],
  reach: Reach,
): Promise<readonly (string | undefined)[]> => {
  const readings = await readReports(session, pods.map(podOf), reach);
  return pods.map(({ metadata }) => {
    const reading = readings.get(metadata.name);
    return reading?.kind === 'Report' ? reading.report.version : undefined;
  });
};
