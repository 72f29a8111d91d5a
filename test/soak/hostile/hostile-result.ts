import type { Check } from '../verdict.ts';
import type { AttackName } from './attacks.ts';
import type { Experience } from './bystanders.ts';

const MEBIBYTE = 1024 * 1024;
/** What the proxy may take on top during an attack: buffers, and garbage that was not collected yet. */
const GROWTH_BYTES = 48 * MEBIBYTE;
/** How much longer the slowest hundredth of other clients' requests may take. */
const P99_RATIO = 2;

const FLOOD: AttackName = 'UDP flood, each packet from another source';
/** So few of them come through on a machine that is busy, and are followed at the same time. */
const SEEN_ONE_IN = 100;

export interface HostileResult {
  readonly attacks: readonly {
    readonly name: AttackName;
    readonly count: number;
    readonly seconds: number;
    /** What other clients experienced while nobody was attacked, and with the attack. */
    readonly before: Experience;
    readonly during: Experience;
    /** What they experienced behind nginx during a quarter of the attack, if it ran beside the proxy. */
    readonly beside?: Experience | undefined;
    readonly memoryBefore: number;
    readonly most: number;
    /** The most sources that limits followed at once. */
    readonly tracked: number;
  }[];
  /** What the policies of the attacked listeners did, all attacks together. */
  readonly policies: {
    /** Datagrams of denied sources, and connections beyond the rate of their source. */
    readonly denied: number;
    readonly refused: number;
    /** Connection IDs of QUIC that were learned. */
    readonly learned: number;
    /** Sources that can be followed, that lost their entry early, and connections whose source got none. */
    readonly capacity: number;
    readonly evicted: number;
    readonly untracked: number;
    /** Sources that are followed although nothing is left of them. */
    readonly trackedAfter: number;
  };
  readonly isAlive: boolean;
  readonly deaths: number;
  readonly exitCode: number | null;
}

/** What must hold after attacks of any size, on any machine. */
export const judgeHostile = ({
  attacks,
  policies,
  isAlive,
  deaths,
  exitCode,
}: HostileResult): readonly Check[] => [
  ...attacks.map(({ name, most, memoryBefore }) => ({
    what: `${name}: memory grows by at most ${GROWTH_BYTES / MEBIBYTE} MiB`,
    ok: most - memoryBefore <= GROWTH_BYTES,
    seen: `${(memoryBefore / MEBIBYTE).toFixed(1)} MiB, at most ${(most / MEBIBYTE).toFixed(1)}`,
  })),
  ...attacks.map(({ name, during }) => ({
    what: `${name}: at most one request in a hundred of other clients is lost`,
    ok: during.requests > 0 && during.lost <= during.requests / 100,
    seen: `${during.lost} of ${during.requests + during.lost}`,
  })),
  ...judgePolicies(attacks, policies),
  {
    what: 'the proxy goes on, no acceptor died, and it stops when asked to',
    ok: isAlive && deaths === 0 && exitCode === 0,
    seen: `${deaths} died, exit code ${exitCode}`,
  },
];

/** Attacks that nothing remembers, because no policy applies, would show nothing about memory. */
const judgePolicies = (
  attacks: HostileResult['attacks'],
  { denied, refused, learned, capacity, evicted, untracked, trackedAfter }: HostileResult['policies'],
): readonly Check[] => {
  const tracked = Math.max(...attacks.map((attack) => attack.tracked));
  const sources = Math.max(...attacks.map(({ name, count }) => (name === FLOOD ? count : 0)));
  const expected = Math.min(capacity / 8, sources / SEEN_ONE_IN);
  return [
    {
      what: 'sources of the flood are followed, and no more than there is room for',
      ok: tracked >= expected && tracked <= capacity,
      seen: `${tracked} of ${sources}, at most ${capacity}`,
    },
    {
      what: 'sources that there is no room for are counted',
      ok: tracked < capacity || evicted + untracked > 0,
      seen: `${evicted} evicted, ${untracked} untracked`,
    },
    {
      what: 'once nothing is left of them, no source is followed',
      ok: trackedAfter === 0,
      seen: `${trackedAfter}`,
    },
    {
      what: 'sources are denied and refused, and connection IDs are learned',
      ok: denied > 0 && refused > 0 && learned > 0,
      seen: `${denied} denied, ${refused} refused, ${learned} learned`,
    },
  ];
};

/** What holds if the attackers leave the machine some processor time. */
export const judgeLatency = ({ attacks }: HostileResult): readonly Check[] =>
  attacks.map(({ name, before, during }) => ({
    what: `${name}: p99 of other clients within ${P99_RATIO} times`,
    ok: during.p99Ms <= before.p99Ms * P99_RATIO,
    seen: `${before.p99Ms.toFixed(1)} → ${during.p99Ms.toFixed(1)} ms`,
  }));

/** One line for each attack, and one about all of them. */
export const figures = ({ attacks, policies }: HostileResult): readonly string[] => [
  ...attacks.map(({ name, count, seconds, before, during, beside, memoryBefore, most, tracked }) =>
    [
      name,
      `${count.toLocaleString('en')} in ${seconds.toFixed(1)} s (${Math.round(count / seconds).toLocaleString('en')}/s)`,
      `p50 ${before.p50Ms.toFixed(2)} → ${during.p50Ms.toFixed(2)} ms`,
      `p99 ${before.p99Ms.toFixed(1)} → ${during.p99Ms.toFixed(1)} ms (×${(during.p99Ms / before.p99Ms).toFixed(2)})`,
      ...(beside === undefined
        ? []
        : [
            `behind nginx p99 ${beside.p99Ms.toFixed(1)} ms, ${beside.lost} of ${beside.requests + beside.lost} lost`,
          ]),
      `${during.lost} of ${during.requests + during.lost} requests lost`,
      `memory ${(memoryBefore / MEBIBYTE).toFixed(1)} → ${(most / MEBIBYTE).toFixed(1)} MiB`,
      `${tracked} sources followed`,
    ].join('  '),
  ),
  Object.entries(policies)
    .map(([what, count]) => `${count} ${what}`)
    .join(', '),
];
