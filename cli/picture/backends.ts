import { backendsOfListener } from '../../crds/listener-backends.ts';
import type { Balancer } from '../cluster/balancers.ts';
import { endpointsOf } from './endpoints.ts';
import type { BackendPicture } from './picture.ts';
import type { Pair } from './rates.ts';

/** The backends, in the order of the spec. */
export const backendsOf = ({ spec }: Balancer, pairs: readonly Pair[]): readonly BackendPicture[] =>
  (spec?.backends ?? []).map(({ name, service }) => ({
    name,
    service: service && `${service.name}:${service.port}`,
    algorithm:
      pairs.flatMap(({ now }) => now.backends.find((one) => one.name === name)?.algorithm ?? [])[0] ?? '',
    usedBy: (spec?.listeners ?? [])
      .filter((one) => backendsOfListener(one).includes(name))
      .map((one) => one.name),
    endpoints: endpointsOf(name, pairs),
  }));
