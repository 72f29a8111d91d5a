import { type Pin, type Pinned, renderingBy } from '../desired/pin.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { Owner } from '../objects/owner.ts';
import type { Gate } from '../rollout/gate.ts';
import type { WatchedKind } from '../watch/kinds.ts';
import { type Applied, type ApplyDeps, applyChildren } from './apply-children.ts';
import type { Gathered } from './gather.ts';
import { planChildren } from './plan-children.ts';
import { type RotateDeps, rotateTickets } from './rotate-tickets.ts';
import { type PreflightDeps, runPreflight } from './run-preflight.ts';

export interface ApplyPlanDeps extends ApplyDeps, PreflightDeps, RotateDeps {
  readonly writer: ApplyDeps['writer'] & PreflightDeps['writer'];
  readonly render: () => RenderSettings;
  /** Whether the API server serves the kind. */
  readonly serves: (kind: WatchedKind) => boolean;
}

/** What was done to a resource's children, and how far its rollout may go. */
export interface AppliedPlan {
  readonly applied: Applied;
  readonly gate: Gate;
  /** How the pods were rendered, for the status. */
  readonly rendering: Pinned;
  /** Revision of a later operator; undefined if this operator knows the revision. */
  readonly unknownRevision: string | undefined;
  /** Milliseconds after which its probes must be checked again; undefined if there is no need. */
  readonly probesAfterMs: number | undefined;
  /** Milliseconds after which the ticket keys are rotated; undefined if there are none. */
  readonly ticketsAfterMs: number | undefined;
}

/** Applies the children as far as the gate allows. Failures are in `applied.errors`. */
export const applyPlan = async (
  key: string,
  gathered: Gathered,
  owner: Owner,
  deps: ApplyPlanDeps,
): Promise<AppliedPlan> => {
  const before = gathered.observed.rendering;
  const { pin, account, render, shape, gated } = await planChildren(gathered, owner, deps.render(), deps);
  const pinned = {
    rendering: renderingAfter(pin, gated.gate, before, shape.keptReplicas, account),
    unknownRevision: pin.kind === 'Leave' ? pin.revision : undefined,
  };
  const { uid, generation } = gathered.root.metadata;
  const how = { epoch: `${uid} ${generation}`, isUrgent: gated.gate.kind === 'Stop' };
  const applied = await applyChildren(key, owner, gated.children, how, deps);
  // The write that ends the storm failed, so the storm goes on and its pods must still be counted.
  if (gated.gate.kind === 'Stop' && applied.errors.length > 0)
    return { applied, gate: gated.gate, ...pinned, probesAfterMs: undefined, ticketsAfterMs: undefined };
  const errors: Error[] = [];
  /** What follows the children: neither keeps the other from being done. */
  const attempt = async (step: () => Promise<number | undefined>): Promise<number | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  const ticketsAfterMs = await attempt(() => rotateTickets(gathered, owner, deps));
  const probesAfterMs = await attempt(() => runPreflight(gathered, owner, render, gated, deps));
  return {
    applied: { ...applied, errors: [...applied.errors, ...errors] },
    gate: gated.gate,
    ...pinned,
    probesAfterMs,
    ticketsAfterMs,
  };
};

/**
 * Only what was applied to the workload is recorded: a rollout that is held back has not rendered anything.
 */
const renderingAfter = (
  pin: Pin,
  gate: Gate,
  before: Pinned,
  kept: number | undefined,
  account: string | undefined,
): Pinned => {
  const { autoscaledReplicas: _, renderedAccount: __, ...rendered } = before;
  const now = pin.kind === 'Render' && gate.kind === 'Open' ? renderingBy(pin) : rendered;
  return {
    ...now,
    ...(account === undefined ? {} : { renderedAccount: account }),
    ...(kept === undefined ? {} : { autoscaledReplicas: kept }),
  };
};
