import type { Child } from '../desired/children.ts';
import type { LiveTemplate } from '../objects/workload.ts';
import { cappedChildren } from './capped-children.ts';
import type { Gate } from './gate.ts';
import { stoppedWorkload } from './stopped-workload.ts';
import { type TriedTemplate, trialMark } from './trial.ts';
import { isWorkload, type WantedWorkload } from './wanted-workload.ts';

/** The pod templates that there are beside the one that is wanted. */
export interface OtherTemplates {
  /** Of the workload as it is; undefined where there is none yet. */
  readonly live: TriedTemplate | undefined;
  /** The one to stay with where a rollout is stopped. */
  readonly stay: LiveTemplate | undefined;
}

/** The children as far as the gate lets them through: what waits is left out, and so left as it is. */
export const permittedChildren = (
  gate: Gate,
  wanted: readonly Child[],
  { child, manifest, template }: WantedWorkload,
  { live, stay = {} }: OtherTemplates,
): readonly Child[] => {
  const others = wanted.filter((one) => !isWorkload(one));
  switch (gate.kind) {
    case 'Open':
      return wanted;
    case 'Trying':
      return others;
    case 'Held':
      // Stopped with the same template: what is left of it must not grow.
      return gate.pods > 0 && trialMark(live) === trialMark(template) ? cappedChildren(others) : others;
    case 'Stop': {
      const { how, record } = gate;
      const isCapped = how.kind === 'Cap';
      const stopped = stoppedWorkload(manifest, stay, isCapped ? how.replicas : undefined, record);
      // First of all: every moment costs a pod.
      return [{ ...child, wanted: stopped }, ...(isCapped ? cappedChildren(others) : others)];
    }
    default:
      return gate satisfies never;
  }
};
