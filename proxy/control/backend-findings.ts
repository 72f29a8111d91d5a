import type { FindingCode, ProxyFinding } from '../../report/finding.ts';
import type { BackendConfiguration, Configuration } from '../configuration/configuration.ts';
import { backendPath } from '../configuration/written-paths.ts';
import type { Table, TableBackend } from '../table/table.ts';

const SEE_STATUS =
  'The reason for each endpoint is in /status. Start the endpoints, or correct the healthCheck';

interface Problem {
  readonly code: FindingCode;
  readonly message: string;
}

/** What is wrong with the endpoints of a backend, or undefined. */
const problemOf = (
  { panicThresholdPercent, service, drained }: BackendConfiguration,
  { name, endpoints, inactive, panic, backups }: TableBackend,
): Problem | undefined => {
  const few =
    panicThresholdPercent === 0
      ? 'no healthy endpoint'
      : `fewer than ${panicThresholdPercent} % of its endpoints healthy`;
  if (panic)
    return {
      code: 'EndpointsUnhealthy',
      message: `backend "${name}" has ${few}, so all ${endpoints.length} are used regardless of their health. ${SEE_STATUS}`,
    };
  if (backups)
    return {
      code: 'BackupsServe',
      message: `backend "${name}" has ${few}, so ${service === undefined ? 'its backups' : 'endpoints in other zones or on other nodes'} take connections. ${SEE_STATUS}`,
    };
  if (endpoints.length > 0 || inactive.length === 0) return undefined;
  if (drained.length > 0)
    return {
      code: 'NoWeight',
      message: `backend "${name}" takes no connections: all of its ${inactive.length} endpoints are drained or have the weight 0. Remove an endpoint from drained`,
    };
  // Inactive endpoints of a Service are not ready, which the source explains.
  if (service === undefined)
    return {
      code: 'NoWeight',
      message: `backend "${name}" takes no connections: all of its ${inactive.length} endpoints have the weight 0. Set a weight above 0 for at least one`,
    };
  return undefined;
};

const notVerified = (backend: string, path: string): ProxyFinding => ({
  code: 'EndpointsNotVerified',
  backend,
  path,
  message: `backend "${backend}" does not verify its endpoints (tls.mode Insecure): anybody on the way can read and change everything. Set the mode to Verify, and name the authority of the endpoints`,
});

/**
 * Findings about backends in a table whose endpoints cannot serve as configured. A backend without any
 * endpoint is explained by the source, which knows the cause.
 */
export const backendFindings = (
  configuration: Pick<Configuration, 'backends' | 'written'>,
  { backends }: Table,
): readonly ProxyFinding[] => {
  const served = new Map(backends.map((backend) => [backend.name, backend]));
  return configuration.backends.flatMap((backend) => {
    const { name } = backend;
    const found = served.get(name);
    const path = backendPath(configuration.written, name);
    const problem = found && problemOf(backend, found);
    return [
      ...(problem === undefined ? [] : [{ ...problem, path, backend: name }]),
      ...(backend.policy.tls?.verify === false ? [notVerified(name, `${path}.tls.mode`)] : []),
    ];
  });
};
