import type { Child } from '../desired/children.ts';
import type { LiveTemplate } from '../objects/workload.ts';
import { cappedChildren } from './capped-children.ts';
import type { Gate } from './gate.ts';
import { stoppedWorkload } from './stopped-workload.ts';
import { type TriedTemplate, trialMark } from './trial.ts';
import { isWorkload, type WantedWorkload } from './wanted-workload.ts';

/** Pod templates other than the wanted one. */
export interface OtherTemplates {
  /** Of the current workload; undefined if there is none yet. */
  readonly live: TriedTemplate | undefined;
  /** The template that a stopped rollout is rolled back to, or keeps. */
  readonly stay: LiveTemplate | undefined;
}

/** The children that the gate permits to be applied; one that must wait is omitted, and so left unchanged. */
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
      // Stopped with this very template: its remaining pods must not be scaled up.
      return gate.pods > 0 && trialMark(live) === trialMark(template) ? cappedChildren(others) : others;
    case 'Stop': {
      const { how, record } = gate;
      const isCapped = how.kind === 'Cap';
      const stopped = stoppedWorkload(manifest, stay, isCapped ? how.replicas : undefined, record);
      // Applied first: every moment costs another pod.
      return [{ ...child, wanted: stopped }, ...(isCapped ? cappedChildren(others) : others)];
    }
    default:
      return gate satisfies never;
  }
};
