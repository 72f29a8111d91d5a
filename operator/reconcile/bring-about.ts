import { children } from '../desired/children.ts';
import type { Owner, RenderSettings } from '../desired/render.ts';
import type { Gate } from '../tuning/gate.ts';
import { type Applied, type ApplyDeps, applyChildren } from './apply-children.ts';
import type { Gathered } from './gather.ts';
import { gateRollout } from './roll-gate.ts';
import { type TendDeps, tendProbes } from './tend-probes.ts';

export interface BringAboutDeps extends ApplyDeps, TendDeps {
  readonly writer: ApplyDeps['writer'] & TendDeps['writer'];
  readonly render: () => RenderSettings;
}

/** What was done about a resource's children, and how far its workload may go. */
export interface BroughtAbout {
  readonly applied: Applied;
  readonly gate: Gate;
  /** Milliseconds after which its probes are to be looked at again; undefined when there is no need. */
  readonly probesAfterMs: number | undefined;
}

/** Applies the children as far as the gate lets them. What fails is in `applied.errors`. */
export const bringAbout = async (
  key: string,
  gathered: Gathered,
  owner: Owner,
  deps: BringAboutDeps,
): Promise<BroughtAbout> => {
  const render = deps.render();
  const gated = await gateRollout(gathered, owner, render, children(owner, render), deps);
  const applied = await applyChildren(key, owner, gated.children, deps);
  // A storm whose end was not taken goes on: its pods are still needed to be counted.
  if (gated.gate.kind === 'Stop' && applied.errors.length > 0)
    return { applied, gate: gated.gate, probesAfterMs: undefined };
  try {
    const probesAfterMs = await tendProbes(gathered, owner, render, gated, deps);
    return { applied, gate: gated.gate, probesAfterMs };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      applied: { ...applied, errors: [...applied.errors, error] },
      gate: gated.gate,
      probesAfterMs: undefined,
    };
  }
};
