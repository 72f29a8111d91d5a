import type { ControlState } from '../control/control.ts';
import type { EngineStats } from '../engine/stats.ts';

/** Why the proxy should get no traffic, as one sentence; undefined when it should. */
export const whyNotReady = (facts: {
  readonly stopping: boolean;
  readonly control: ControlState;
  readonly acceptors: EngineStats['acceptors'];
}): string | undefined => {
  const { control, acceptors } = facts;
  if (facts.stopping) return 'The proxy was told to stop.';
  if (control.served === undefined)
    return control.findings.length > 0
      ? 'There is no table to serve yet; the findings say why.'
      : 'There is no table to serve yet; the source has given nothing.';
  const behind = acceptors.filter(({ version }) => version === 0).length;
  if (behind > 0) return `${behind} of ${acceptors.length} acceptors serve no table yet.`;
  if (control.closedListeners.length >= control.served.table.listeners.length)
    return 'No listener could be opened; the findings say why.';
  return undefined;
};

/** Why the proxy should be restarted, as one sentence; undefined when it works. */
export const whyUnhealthy = (facts: {
  /** Acceptors that died and were not replaced since. */
  readonly deadAcceptors: ReadonlySet<number>;
  readonly acceptors: number;
}): string | undefined =>
  facts.deadAcceptors.size === 0
    ? undefined
    : `${facts.deadAcceptors.size} of ${facts.acceptors} acceptors died and were not replaced: ${[...facts.deadAcceptors].join(', ')}.`;
