import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import type { Service } from '../objects/service.ts';
import { sentence, stable } from '../text/stable.ts';

/** Set by a load balancer that cannot serve all ports of a Service, such as those of a second protocol. */
const PORTS_ERROR = 'LoadBalancerPortsError';

/** Warns if a load balancer says that it does not serve all ports of its Service. */
export const checkService = (
  spec: Pick<L4BalancerSpec, 'listeners' | 'service'>,
  services: readonly (Service | undefined)[],
): readonly Warning[] =>
  services.flatMap((service) => {
    const error = service && portsError(service);
    if (error === undefined) return [];
    const advice = isMixed(spec) ? ` ${SEPARATE}` : '';
    return [
      {
        reason: 'LoadBalancerPortsRefused' as const,
        message: `Service "${service?.metadata.name}": its load balancer does not serve all ports: ${sentence(stable(error))}${advice}`,
      },
    ];
  });

/** Whether one Service has ports of both protocols. */
export const isMixed = ({ listeners, service }: Pick<L4BalancerSpec, 'listeners' | 'service'>): boolean =>
  service.protocols !== 'Separate' && new Set(listeners.map(({ protocol }) => protocol)).size > 1;

/** What to do where a load balancer refuses two protocols in one Service. */
export const SEPARATE =
  'If its load balancer refuses TCP and UDP in one Service, set service.protocols to Separate, which makes a second one for UDP.';

const portsError = ({ status }: Service): string | undefined => {
  const condition = status?.conditions?.find(({ type, status: is }) => type === PORTS_ERROR && is === 'True');
  if (condition !== undefined) return condition.message || condition.reason || PORTS_ERROR;
  const [port] = (status?.loadBalancer?.ingress ?? [])
    .flatMap(({ ports = [] }) => ports)
    .filter(({ error }) => error !== undefined);
  return port && `${port.error} at ${port.protocol} port ${port.port}`;
};
