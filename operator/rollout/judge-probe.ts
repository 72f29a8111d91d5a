import type { Pod } from '../objects/pod.ts';
import { type Gate, VERDICT_LABEL, type Waiting } from './gate.ts';
import { probeVerdict } from './probe-verdict.ts';

/** What is to be done about a probe pod. */
export interface Judged {
  /** Key of the question that it has answered with yes; undefined otherwise. */
  readonly accepted: string | undefined;
  /** Whether it is still needed: it has not answered yet, or it proves a refusal. */
  readonly isKept: boolean;
}

const keyOf = ({ metadata }: Pod): string => metadata.labels?.[VERDICT_LABEL] ?? '';

/**
 * `asked` are the keys of the current questions; others belong to an earlier spec, or to an earlier state of
 * the nodes.
 */
export const judgeProbe = (pod: Pod, gate: Gate['kind'], asked: ReadonlySet<string>): Judged => {
  const key = keyOf(pod);
  const verdict = probeVerdict(pod);
  const isAsked = asked.has(key);
  return {
    accepted: isAsked && verdict.kind === 'Accepted' ? key : undefined,
    isKept:
      isAsked &&
      ((gate === 'Held' && verdict.kind === 'Refused') ||
        ((gate === 'Trying' || gate === 'Held') && verdict.kind === 'Unsure')),
  };
};

/** The pools that have no probe pod yet. */
export const untried = (waiting: readonly Waiting[], probes: readonly Pod[]): readonly Waiting[] => {
  const known = new Set(probes.map(keyOf));
  return waiting.filter(({ verdictKey }) => !known.has(verdictKey));
};
