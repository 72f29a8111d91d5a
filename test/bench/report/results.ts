import type { PeerName } from '../peer.ts';
import type { Sample } from './compare.ts';
import type { Machine } from './machine.ts';

/** What was measured of one line in one setting. */
export interface LineResult {
  readonly line: string;
  /** As settingName writes it. */
  readonly setting: string;
  readonly how: string;
  /** What all peers were measured at, where a line has such a value. */
  readonly agreed?: number;
  /** As the balancer had them. */
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
    /** As it ran for its first line. */
    readonly configuration: string;
  }[];
  /** Peers, lines and settings left out, and why. */
  readonly leftOut: readonly string[];
  readonly lines: readonly LineResult[];
}

export const resultOf = (
  results: Results | undefined,
  line: string,
  setting: string,
): LineResult | undefined => results?.lines.find((one) => one.line === line && one.setting === setting);

/** Rotations that a line has been measured in. */
export const rotationsOf = (result: LineResult | undefined): number =>
  Math.max(0, ...(result?.samples ?? []).map(({ rotation }) => rotation + 1));

/** Why results cannot be added to earlier ones; undefined where they can. */
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
 * `results` with what was measured of a line: samples of a line and setting that is there already are added
 * to it.
 */
export const withLine = (results: Results, measured: LineResult): Results => {
  const known = resultOf(results, measured.line, measured.setting);
  if (known === undefined) return { ...results, lines: [...results.lines, measured] };
  const joined = { ...measured, samples: [...known.samples, ...measured.samples] };
  return { ...results, lines: results.lines.map((one) => (one === known ? joined : one)) };
};

/** `results` with the configurations that peers ran with, where there is none yet. */
export const withConfigurations = (
  results: Results,
  used: Readonly<Partial<Record<PeerName, string>>>,
): Results => ({
  ...results,
  peers: results.peers.map((peer) =>
    peer.configuration === '' ? { ...peer, configuration: used[peer.name] ?? '' } : peer,
  ),
});
