import type { Verdict } from '../../report/reasons/reasons.ts';
import type { Pod } from '../objects/pod.ts';
import { nodesOf } from '../objects/pods.ts';
import { listed } from '../text/lists-and-counts.ts';
import { stable } from '../text/stable.ts';

/** A pod, and the description of its problem. */
export interface Found {
  readonly pod: Pod;
  readonly text: string;
}

/**
 * One verdict for many pods: the first text in alphabetical order, and the nodes of all pods that have it.
 */
export const verdictOfPods = (
  reason: Verdict['reason'],
  found: readonly Found[],
  message: (text: string, where: string) => string,
): Verdict | undefined => {
  const texts = found.map(({ pod, text }) => ({ pod, text: stable(text) }));
  const [first] = texts.map(({ text }) => text).sort();
  if (first === undefined) return undefined;
  const nodes = nodesOf(texts.filter(({ text }) => text === first).map(({ pod }) => pod));
  return { reason, message: message(first, nodes.length === 0 ? 'A node' : `Node ${listed(nodes)}`) };
};
