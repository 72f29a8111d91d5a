import type { PeerName } from '../peer.ts';
import type { Sample } from './compare.ts';
import type { Machine } from './machine.ts';

/** The measurements of one line in one setting. */
export interface LineResult {
  readonly line: string;
  /** As returned by settingName. */
  readonly setting: string;
  readonly how: string;
  /** The value at which all peers were measured, if the line has one. */
  readonly agreed?: number;
  /** Values that the balancer had. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

export interface Results {
  readonly machine: Machine;
  readonly seconds: number;
  /** Acceptors, threads and workers. */
  readonly threads: number;
  readonly tools: Readonly<Record<string, string>>;
  readonly peers: readonly {
    readonly name: PeerName;
    readonly version: string;
    /** The configuration in its first line. */
    readonly configuration: string;
  }[];
  /** Peers, lines and settings that were left out, and why. */
  readonly leftOut: readonly string[];
  readonly lines: readonly LineResult[];
}

export const resultOf = (
  results: Results | undefined,
  line: string,
  setting: string,
): LineResult | undefined => results?.lines.find((one) => one.line === line && one.setting === setting);

/** Number of rotations in which a line has been measured. */
export const rotationsOf = (result: LineResult | undefined): number =>
  Math.max(0, ...(result?.samples ?? []).map(({ rotation }) => rotation + 1));

/** Why results cannot be added to earlier ones; undefined if they can. */
export const whyNotAdd = (before: Results, after: Omit<Results, 'lines'>): string | undefined => {
  const differs = (what: string, a: unknown, b: unknown): string | undefined =>
    JSON.stringify(a) === JSON.stringify(b)
      ? undefined
      : `they were measured with ${what} ${JSON.stringify(a)}, these with ${JSON.stringify(b)}`;
  const versions = ({ peers }: Pick<Results, 'peers'>) => peers.map(({ name, version }) => [name, version]);
  return (
    differs('seconds', before.seconds, after.seconds) ??
    differs('threads', before.threads, after.threads) ??
    differs('kernel', before.machine.kernel, after.machine.kernel) ??
    differs('processor', before.machine.processor, after.machine.processor) ??
    differs('peers', versions(before), versions(after))
  );
};

/**
 * Adds the measurements of a line to `results`. If the line and setting already exist, their samples are
 * joined.
 */
export const withLine = (results: Results, measured: LineResult): Results => {
  const known = resultOf(results, measured.line, measured.setting);
  if (known === undefined) return { ...results, lines: [...results.lines, measured] };
  const joined = { ...measured, samples: [...known.samples, ...measured.samples] };
  return { ...results, lines: results.lines.map((one) => (one === known ? joined : one)) };
};

/** Adds the configurations of the peers that have none yet to `results`. */
export const withConfigurations = (
  results: Results,
  used: Readonly<Partial<Record<PeerName, string>>>,
): Results => ({
  ...results,
  peers: results.peers.map((peer) =>
    peer.configuration === '' ? { ...peer, configuration: used[peer.name] ?? '' } : peer,
  ),
});
