import type * as z from 'zod';
import { explanation } from '../../report/explanation.ts';

/** Newer proxies may say more, and know other codes. */
export const readExplanation = explanation;
export type Answer = z.output<typeof explanation>;

/** An answer that some of the replicas give alike. */
export interface Group {
  readonly pods: readonly string[];
  /** One for each pod. Figures that change all the time may differ. */
  readonly answers: readonly [Answer, ...Answer[]];
}

/**
 * What decides; without the figures of a moment, and what replicas may differ in while they follow a change.
 */
const decisionOf = ({
  outcome,
  reason,
  header,
  source,
  limits,
  tls,
  backend,
  endpoint,
  next,
}: Answer): string =>
  JSON.stringify([
    outcome,
    reason,
    header,
    source,
    limits.map((limit) => [limit.reason, limit.exceeded]),
    tls?.route,
    backend,
    endpoint,
    next,
  ]);

/** Joins the answers of replicas that say the same; what most of them say comes first. */
export const grouped = (answers: ReadonlyMap<string, Answer>): readonly Group[] => {
  const groups = new Map<string, { pods: string[]; answers: [Answer, ...Answer[]] }>();
  for (const [pod, answer] of answers) {
    const key = decisionOf(answer);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { pods: [pod], answers: [answer] });
    else {
      known.pods.push(pod);
      known.answers.push(answer);
    }
  }
  return [...groups.values()].sort((a, b) => b.pods.length - a.pods.length);
};

/** Whether the client gets an endpoint. */
export const isServed = ({ outcome }: Answer): boolean => outcome === 'Endpoint' || outcome === 'OneOf';
