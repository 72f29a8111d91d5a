import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { planAccount } from '../desired/account.ts';
import { children } from '../desired/children.ts';
import { decidePin, type Pin } from '../desired/pin.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { Shape } from '../desired/shape.ts';
import type { Owner } from '../objects/owner.ts';
import type { LiveWorkload } from '../objects/workload.ts';
import { readRecord } from '../rollout/stop-record.ts';
import { trialMark } from '../rollout/trial.ts';
import { autoscaledReplicas, type CurrentState, keepsOtherKind, renderedAs } from './current-state.ts';
import { type GateDeps, type Gated, gateRollout } from './gate-rollout.ts';
import type { Gathered } from './gather.ts';

/** How the pods are rendered in the current state, and the inputs of the other children. */
export interface Rendered {
  readonly pin: Pin;
  /** The account that the pods were created for, for the status. */
  readonly account: string | undefined;
  readonly render: RenderSettings;
  readonly shape: Shape;
}

/**
 * Decides by which revision, with which of the operator's settings, and with how many pods to render the
 * children.
 */
export const renderedNow = (
  spec: L4BalancerSpec,
  current: CurrentState,
  settings: RenderSettings,
): Rendered => {
  const { annotations, rendering, live, workload, otherWorkload, deployment, hasAutoscaler } = current;
  const pin = decidePin({
    spec,
    annotations,
    rendering,
    live,
    settings,
  });
  const isRendered = pin.kind === 'Render';
  const account = planAccount({
    uid: current.account,
    recorded: rendering.renderedAccount,
    live: live?.account,
    isRunning: workload !== undefined,
  });
  return {
    pin,
    account: account.recorded,
    render: isRendered ? pin.settings : settings,
    shape: {
      revision: isRendered ? pin.revision : undefined,
      kept: isRendered ? undefined : workload,
      keptReplicas: autoscaledReplicas(spec, deployment, hasAutoscaler, rendering.autoscaledReplicas),
      keepsOtherKind: keepsOtherKind(spec, deployment, otherWorkload, rendering),
      account: account.annotation,
      hasPodMonitors: current.hasPodMonitors,
      hasSecrets: current.hasSecrets,
    },
  };
};

export interface PlanDeps extends GateDeps {
  /** Whether the API server serves the kind. */
  readonly serves: (kind: 'PodMonitor' | 'Secret') => boolean;
}

export interface Planned extends Rendered {
  readonly gated: Gated;
}

/** Plans a resource's children, as far as the gate allows. Throws what `read` throws. */
export const planChildren = async (
  gathered: Gathered,
  owner: Owner,
  settings: RenderSettings,
  deps: PlanDeps,
): Promise<Planned> => {
  const { observed, root } = gathered;
  const current: CurrentState = {
    ...gathered,
    annotations: root.metadata.annotations,
    rendering: observed.rendering,
    live: renderedAs(gathered.workload),
    deployment: observed.deployment,
    hasPodMonitors: deps.serves('PodMonitor'),
    hasSecrets: deps.serves('Secret'),
  };
  const rendered = renderedNow(owner.spec, current, settings);
  const { render, shape } = rendered;
  const wanted = children(owner, render, shape);
  const gated: Gated = wasRolledBack(shape.kept)
    ? { gate: { kind: 'Open' }, trial: undefined, template: undefined, children: wanted }
    : await gateRollout(gathered, owner, render, wanted, deps);
  return { ...rendered, gated };
};

/**
 * Whether the kept template is the one that a stopped rollout went back to: its pods serve, and there is
 * nothing to try.
 */
const wasRolledBack = (kept: LiveWorkload | undefined): boolean => {
  const record = readRecord(kept?.metadata.annotations);
  return record !== undefined && record.trial !== trialMark(kept?.spec?.template);
};
