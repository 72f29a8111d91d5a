import type { FindingCode, ProxyFinding } from '../../report/finding.ts';
import type { BackendConfiguration, Configuration } from '../configuration/configuration.ts';
import { backendPath } from '../configuration/written-paths.ts';
import type { Table, TableBackend } from '../table/table.ts';

const SEE = "Each endpoint's reason is in /status; start it, or correct the healthCheck";

interface Problem {
  readonly code: FindingCode;
  readonly message: string;
}

/** What is wrong with the endpoints of a backend as it is served, or undefined. */
const problemOf = (
  { panicThresholdPercent, service }: BackendConfiguration,
  { name, endpoints, inactive, panic, backups }: TableBackend,
): Problem | undefined => {
  const few =
    panicThresholdPercent === 0
      ? 'no healthy endpoint'
      : `fewer than ${panicThresholdPercent} % of its endpoints healthy`;
  if (panic)
    return {
      code: 'EndpointsUnhealthy',
      message: `backend "${name}" has ${few}, so all ${endpoints.length} are used as if they were. ${SEE}`,
    };
  if (backups)
    return {
      code: 'BackupsServe',
      message: `backend "${name}" has ${few}, so ${service === undefined ? 'its backups' : 'those of other zones or nodes'} take connections. ${SEE}`,
    };
  // Endpoints of a Service that rest are not ready, which the source explains.
  if (endpoints.length === 0 && inactive.length > 0 && service === undefined)
    return {
      code: 'NoWeight',
      message: `backend "${name}" takes no connections: the weight of each of its ${inactive.length} endpoints is 0. Give one of them a weight above 0`,
    };
  return undefined;
};

/**
 * Backends of a table whose endpoints cannot serve as they should. One without any endpoint is the source's to explain: it knows
 * why.
 */
export const backendFindings = (
  configuration: Pick<Configuration, 'backends' | 'written'>,
  { backends }: Table,
): readonly ProxyFinding[] => {
  const served = new Map(backends.map((backend) => [backend.name, backend]));
  return configuration.backends.flatMap((backend) => {
    const { name } = backend;
    const found = served.get(name);
    const problem = found && problemOf(backend, found);
    return problem === undefined
      ? []
      : [{ ...problem, path: backendPath(configuration.written, name), backend: name }];
  });
};
