import type { ServedChange } from '../../crds/status.ts';
import type { Rendering } from '../desired/pin.ts';
import type { SpecWriter } from '../objects/spec-writers.ts';
import { authorsOf } from './authors.ts';
import { describeChange } from './describe.ts';
import type { Served } from './served.ts';

/** Limit of the status. */
const MOST = 10;

/** What the newest entry is about; kept in memory only. */
export interface Base {
  /** As the API server stores it, which is shared with the cache while it is the newest. */
  readonly spec: unknown;
  readonly paused: boolean;
  readonly rendering: Rendering;
  readonly writers: readonly SpecWriter[];
}

export interface History {
  /** The newest first. */
  readonly entries: readonly ServedChange[];
  /** Undefined if the spec of the newest entry is not known any more. */
  readonly base: Base | undefined;
}

/** What is served now, and the spec that asks for it. */
export interface Now extends Base {
  /** The image that the spec names; undefined if it is the operator's default. */
  readonly ownImage: string | undefined;
  readonly served: Served;
  /** RFC 3339. */
  readonly time: string;
}

/** How the pods differ by more than the spec: the operator's own defaults. */
const renderingTexts = ({ rendering: old }: Base, { ownImage, rendering }: Now): readonly string[] => [
  ...(ownImage !== undefined || old.renderedImage === rendering.renderedImage
    ? []
    : [`image ${old.renderedImage ?? 'unknown'} → ${rendering.renderedImage ?? 'unknown'}`]),
  ...(old.renderRevision === rendering.renderRevision
    ? []
    : [`pod template ${old.renderRevision ?? 'unknown'} → ${rendering.renderRevision ?? 'unknown'}`]),
];

const whatChanged = (head: ServedChange | undefined, base: Base | undefined, now: Now): string => {
  if (base !== undefined)
    return describeChange(base.spec, now.spec, [
      ...renderingTexts(base, now),
      ...(base.paused && now.paused ? ['pods and other objects stay as they are: paused'] : []),
    ]);
  if (head !== undefined) return 'spec changed while no operator was there to compare it';
  return now.served.generation === 1 ? 'created' : 'served when this history began';
};

const newGeneration = (head: ServedChange | undefined, base: Base | undefined, now: Now): ServedChange => {
  const { generation, by, podRevision } = now.served;
  const covered = head === undefined ? 1 : generation - head.generation;
  return {
    time: now.time,
    ...(by === 'All' ? { servedAt: now.time } : {}),
    generation,
    ...(covered > 1 ? { generations: covered } : {}),
    ...(podRevision === undefined ? {} : { podRevision }),
    ...authorsOf(now.writers, base?.writers, head),
    what: whatChanged(head, base, now),
  };
};

const newPods = (podRevision: string, base: Base | undefined, now: Now): ServedChange => {
  const texts = base === undefined ? [] : renderingTexts(base, now);
  return {
    time: now.time,
    ...(now.served.by === 'All' ? { servedAt: now.time } : {}),
    generation: now.served.generation,
    podRevision,
    what: texts.length === 0 ? 'pods replaced' : `pods replaced: ${texts.join(', ')}`.slice(0, 512),
  };
};

const completed = (head: ServedChange, { served, time }: Now): ServedChange => ({
  ...head,
  ...(head.podRevision === undefined && served.podRevision !== undefined
    ? { podRevision: served.podRevision }
    : {}),
  ...(head.servedAt === undefined && served.by === 'All' ? { servedAt: time } : {}),
});

/**
 * The history after what is served now. Generations that no replica was seen to serve have no entry: the next
 * one covers them.
 */
export const nextHistory = ({ entries, base }: History, now: Now): History => {
  const [head, ...older] = entries;
  const { generation, by, podRevision } = now.served;
  const { spec, paused, rendering, writers } = now;
  const current: Base = { spec, paused, rendering, writers };
  const isSame = head?.generation === generation;
  // The spec of a generation is always the same one, so this is what the newest entry is about.
  const known = isSame ? { ...current, rendering: base?.rendering ?? rendering } : base;
  if (by === 'None') return { entries, base: known };
  if (head === undefined || !isSame)
    return { entries: [newGeneration(head, known, now), ...entries].slice(0, MOST), base: current };
  if (podRevision === undefined || podRevision === head.podRevision)
    return { entries: [completed(head, now), ...older], base: known };
  // The pods of this very change, or others later.
  return head.podRevision === undefined
    ? { entries: [completed(head, now), ...older], base: current }
    : { entries: [newPods(podRevision, known, now), ...entries].slice(0, MOST), base: current };
};
