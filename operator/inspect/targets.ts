import { ADMIN_PORT } from '../../crds/l4balancer.ts';
import { ADMIN_PORT_NAME } from '../desired/container.ts';
import type { Observed, Pod } from '../status/observed.ts';
import type { Target } from './inspector.ts';

/** The pods that serve, of every revision: each has an admin page worth reading. */
export const targetsOf = ({ pods, generation }: Pick<Observed, 'pods' | 'generation'>): readonly Target[] =>
  pods.flatMap(({ metadata, spec, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    const { podIP: ip = '' } = status ?? {};
    const { uid, name, deletionTimestamp } = metadata;
    if (ready?.status !== 'True' || ip === '' || uid === undefined || deletionTimestamp !== undefined)
      return [];
    const mark = `${ready.lastTransitionTime ?? ''} ${generation}`;
    return [{ pod: name, uid, node: spec?.nodeName ?? '', ip, port: adminPortOf(spec), mark }];
  });

const adminPortOf = (spec: Pod['spec']): number =>
  spec?.containers?.flatMap(({ ports = [] }) => ports).find(({ name }) => name === ADMIN_PORT_NAME)
    ?.containerPort ?? ADMIN_PORT;
