import type { Pod } from '../objects/pod.ts';
import { nodesOf } from '../objects/pods.ts';
import { listed } from '../text/lists-and-counts.ts';
import { stable } from '../text/stable.ts';
import type { Verdict } from './reasons.ts';

/** A pod, and what it says of its trouble. */
export interface Found {
  readonly pod: Pod;
  readonly said: string;
}

/** One verdict for many pods: the first text in the alphabet, and the nodes of all pods that have it. */
export const verdictOfPods = (
  reason: Verdict['reason'],
  found: readonly Found[],
  text: (said: string, where: string) => string,
): Verdict | undefined => {
  const texts = found.map(({ pod, said }) => ({ pod, said: stable(said) }));
  const [first] = texts.map(({ said }) => said).sort();
  if (first === undefined) return undefined;
  const nodes = nodesOf(texts.filter(({ said }) => said === first).map(({ pod }) => pod));
  return { reason, message: text(first, nodes.length === 0 ? 'A node' : `Node ${listed(nodes)}`) };
};
