import type { Pod } from '../cluster/pods.ts';
import type { Reading, Readings } from '../cluster/reading.ts';
import type { ReplicaPicture } from './picture.ts';
import { pairsOf, rateOf } from './rates.ts';
import { sum } from './sum.ts';

/** The pods, each with what its proxy says. */
export const replicasOf = (
  pods: readonly Pod[],
  now: Readings,
  before: Readings | undefined,
): readonly ReplicaPicture[] =>
  pods.map((pod) => {
    const reading = now.get(pod.name);
    const report = reading?.kind === 'Report' ? reading.report : undefined;
    const own = reading === undefined ? [] : pairsOf(new Map([[pod.name, reading]]), before);
    return {
      pod: pod.name,
      node: pod.node,
      state: pod.isLeaving ? 'Leaving' : pod.isReady ? 'Ready' : 'NotReady',
      why: whyOf(pod, reading),
      reported: report !== undefined,
      following: report?.source.following,
      serves: report?.revision,
      version: report?.version,
      uptimeMs: report?.uptimeMs,
      acceptors: report?.acceptors.length,
      open: report && sum(report.listeners.map(({ open }) => open)),
      newPerSecond: rateOf(own, ({ listeners }) => sum(listeners.map(({ accepted }) => accepted))),
      restarts: pod.restarts,
    };
  });

const whyOf = (pod: Pod, reading: Reading | undefined): string => {
  if (pod.isLeaving) return 'being deleted';
  const parts = [
    ...(pod.trouble === undefined ? [] : [pod.detail === '' ? pod.trouble : `${pod.trouble}: ${pod.detail}`]),
    ...reported(pod, reading),
  ];
  return parts.join('; ');
};

const reported = ({ isReady }: Pod, reading: Reading | undefined): readonly string[] => {
  switch (reading?.kind) {
    case undefined:
      return [];
    case 'None':
      // Missing rights concern all pods; they are said once.
      return reading.code === 'NoRight' ? [] : [reading.why];
    case 'Report': {
      const { notReady, source } = reading.report;
      return [
        ...(notReady !== undefined && !isReady ? [notReady] : []),
        ...(source.following ? [] : [`receives no changes: ${source.problem ?? 'it has lost its source'}`]),
      ];
    }
    default:
      return reading satisfies never;
  }
};
