import type { LimitShares } from '../../crds/limit-shares.ts';
import { ADMIN_PORT } from '../../crds/resource-type.ts';
import { ADMIN_PORT_NAME } from '../desired/pod/container.ts';
import type { Pod } from '../objects/pod.ts';
import type { Observed } from '../status/observed.ts';
import type { Target } from './inspector.ts';

/** The running pods of every revision: those that serve, and those that may report why they do not. */
export const targetsOf = (
  { pods, generation }: Pick<Observed, 'pods' | 'generation'>,
  limits: readonly LimitShares[] = [],
): readonly Target[] =>
  pods.flatMap(({ metadata, spec, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    const { podIP: ip = '' } = status ?? {};
    const { uid, name, deletionTimestamp } = metadata;
    const isReady = ready?.status === 'True';
    // A terminated pod cannot report, and its address may belong to another pod by now.
    const runs = isReady || (status?.phase === 'Running' && ready !== undefined);
    if (!runs || ip === '' || uid === undefined || deletionTimestamp !== undefined) return [];
    // A share that has changed is to be reported soon: others wait for what it leaves.
    const versions = limits.flatMap(({ shares }) =>
      shares.filter(({ replica }) => replica === name).map(({ version }) => version),
    );
    const mark = `${isReady} ${ready.lastTransitionTime ?? ''} ${generation} ${versions.join()}`;
    const node = spec?.nodeName ?? '';
    return [{ pod: name, uid, node, ip, port: adminPortOf(spec), isReady, generation, mark }];
  });

/** The port of a pod at which its proxy reports. */
export const adminPortOf = (spec: Pod['spec']): number =>
  spec?.containers?.flatMap(({ ports = [] }) => ports).find(({ name }) => name === ADMIN_PORT_NAME)
    ?.containerPort ?? ADMIN_PORT;
