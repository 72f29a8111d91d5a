import type { LimitsPolicy, Rate } from '../../../configuration/limits-policy.ts';
import { type Bandwidth, bandwidthOf } from './bandwidth.ts';

/** A rate as token-bucket.ts wants it, in microseconds. */
export interface Bucket {
  /** How long a token takes to come back. */
  readonly cost: number;
  /** How long an empty bucket takes to fill up. */
  readonly size: number;
}

/** Limits for bytes in one direction. */
export interface Bandwidths {
  readonly ofConnection: Bandwidth | undefined;
  readonly ofSource: Bandwidth | undefined;
  readonly ofListener: Bandwidth | undefined;
  /** Most bytes to be read at once; 0 if nothing is limited. */
  readonly quantum: number;
}

/** Limits, ready for the loop. */
export interface ServedLimits extends LimitsPolicy {
  /** Whether any limit is about sources. */
  readonly followsSources: boolean;
  readonly rate: Bucket | undefined;
  readonly sourceRate: Bucket | undefined;
  /** By side that is read: what clients send, and what endpoints do. */
  readonly bandwidths: readonly [Bandwidths, Bandwidths];
  /** Whether any bandwidth is limited. */
  readonly pacesReads: boolean;
}

const bucketOf = (rate: Rate | undefined): Bucket | undefined =>
  rate && { cost: 1e6 / rate.perSecond, size: (1e6 / rate.perSecond) * rate.burst };

const bandwidthsOf = (
  limits: LimitsPolicy,
  direction: 'upload' | 'download',
  mostBytes: number,
): Bandwidths => {
  const ofConnection = bandwidthOf(limits.bandwidthPerConnection?.[direction] ?? 0, mostBytes);
  const ofSource = bandwidthOf(limits.bandwidthPerSource?.[direction] ?? 0, mostBytes);
  const ofListener = bandwidthOf(limits.bandwidth?.[direction] ?? 0, mostBytes);
  const quanta = [ofConnection, ofSource, ofListener].flatMap((one) => one?.quantum ?? []);
  return { ofConnection, ofSource, ofListener, quantum: quanta.length === 0 ? 0 : Math.min(...quanta) };
};

/** `mostBytes` are read at once where nothing is limited. */
export const serveLimits = (limits: LimitsPolicy, mostBytes: number): ServedLimits => {
  const [upload, download] = [
    bandwidthsOf(limits, 'upload', mostBytes),
    bandwidthsOf(limits, 'download', mostBytes),
  ];
  return {
    ...limits,
    followsSources:
      limits.connectionsPerSource > 0 ||
      limits.unfinishedPerSource > 0 ||
      limits.connectionRatePerSource !== undefined ||
      limits.bandwidthPerSource !== undefined,
    rate: bucketOf(limits.connectionRate),
    sourceRate: bucketOf(limits.connectionRatePerSource),
    bandwidths: [upload, download],
    pacesReads: upload.quantum > 0 || download.quantum > 0,
  };
};
