import type { Observed } from '../status/observed.ts';
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
    return [{ pod: name, uid, node: spec?.nodeName ?? '', ip, mark }];
  });
