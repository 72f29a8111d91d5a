import type { ControlState } from '../control/control.ts';
import type { EngineStats } from '../engine/stats.ts';

/** Why the proxy should get no traffic, in one sentence; undefined if it should. */
export const whyNotReady = (facts: {
  readonly stopping: boolean;
  readonly control: ControlState;
  readonly acceptors: EngineStats['acceptors'];
}): string | undefined => {
  const { control, acceptors } = facts;
  if (facts.stopping) return 'The proxy is shutting down.';
  if (control.served === undefined)
    return control.findings.length > 0
      ? 'There is no table to serve yet; see the findings.'
      : 'There is no table to serve yet; the source has not delivered any input.';
  const behind = acceptors.filter(({ version }) => version === 0).length;
  if (behind > 0) return `${behind} of ${acceptors.length} acceptors do not serve a table yet.`;
  if (control.closedListeners.length >= control.served.table.listeners.length)
    return 'No listener could be opened; see the findings.';
  return undefined;
};

/** Why the proxy should be restarted, in one sentence; undefined if it works. */
export const whyUnhealthy = (facts: {
  /** Acceptors that died and have not been replaced. */
  readonly deadAcceptors: ReadonlySet<number>;
  readonly acceptors: number;
}): string | undefined =>
  facts.deadAcceptors.size === 0
    ? undefined
    : `${facts.deadAcceptors.size} of ${facts.acceptors} acceptors died and were not replaced: ${[...facts.deadAcceptors].join(', ')}.`;
