import { DRAINED_ENTRY } from '../../crds/drained.ts';
import { objectPath } from '../../kube/paths.ts';
import { CALL_TIMEOUT_MS } from '../cluster/balancers.ts';
import type { RawPod } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';

const POD = /^pods?\/(.+)$/;

/** The addresses that arguments name: themselves, or those of pods. Throws CliError. */
export const addressesOf = async (
  session: Session,
  endpoints: readonly string[],
): Promise<readonly string[]> =>
  (await Promise.all(endpoints.map((one) => addressesOfOne(session, one)))).flat();

const addressesOfOne = async (
  { transport, namespace }: Session,
  endpoint: string,
): Promise<readonly string[]> => {
  const [, name] = POD.exec(endpoint) ?? [];
  if (name === undefined) {
    if (DRAINED_ENTRY.test(endpoint)) return [endpoint];
    throw new CliError(
      'BadInput',
      `"${endpoint}" is not an endpoint: write an IP address, an address and a port, such as 192.0.2.1:80 or [2001:db8::1]:80, or pod/NAME`,
    );
  }
  const path = objectPath({ apiVersion: 'v1', kind: 'Pod', namespace, name });
  const pod = (await transport
    .request({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS })
    .catch((error: unknown) => {
      throw explain(error, `read the pod ${namespace}/${name}`);
    })) as RawPod;
  const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
  const known = ips.filter((ip) => ip !== '');
  if (known.length > 0) return known;
  throw new CliError('BadInput', `The pod ${name} has no address yet, so it is no endpoint`);
};
