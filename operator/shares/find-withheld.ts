import type { LimitShares } from '../../crds/limit-shares.ts';
import type { Pod } from '../objects/pod.ts';
import { type Reading, reportOf, shareIn } from '../status/reading.ts';
import type { Withheld, WithheldBecause } from '../status/withheld.ts';

/** All that is withheld, for however short a time. */
export const withheldShares = (
  limits: readonly LimitShares[],
  pods: readonly Pod[],
  readings: readonly Reading[],
): readonly Withheld[] => {
  const podOf = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const readingOf = new Map(readings.map((reading) => [reading.pod, reading]));
  return limits.flatMap(({ listener, limit, shares }) =>
    shares.flatMap(({ replica, reserved, version }): Withheld[] => {
      if (reserved === 0) return [];
      const reading = readingOf.get(replica);
      const report = reading && reportOf(reading);
      const share = shareIn(report?.shares, listener, limit);
      if (share?.version === version) return [];
      const pod = podOf.get(replica);
      const because = causeOf(pod, reading, share !== undefined);
      const node = pod?.spec?.nodeName;
      const notBeforeMs = Date.parse(pod?.metadata.deletionTimestamp ?? '') || 0;
      return [{ replica, node, listener, limit, amount: reserved, because, notBeforeMs }];
    }),
  );
};

const causeOf = (
  pod: Pod | undefined,
  reading: Reading | undefined,
  appliesShares: boolean,
): WithheldBecause => {
  if (pod === undefined) return 'NotOwned';
  // Its grace period is part of this time.
  if (pod.metadata.deletionTimestamp !== undefined) return 'NotEnding';
  if (reading?.kind !== 'Read') return 'Silent';
  return appliesShares ? 'Late' : 'Older';
};
