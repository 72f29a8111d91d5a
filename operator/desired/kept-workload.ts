import type { Manifest } from '../../kube/apply.ts';
import { STOPPED } from '../rollout/stop-record.ts';
import { type LiveTemplate, ownTemplate } from '../rollout/stopped-workload.ts';
import type { TriedTemplate } from '../rollout/trial.ts';

/** A workload as the API server holds it; only the fields used. */
export interface LiveWorkload {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly template?: LiveTemplate & TriedTemplate };
}

/**
 * The workload with the pod template that it has, and with the record of a rollout that was stopped: all else is as wanted, so that it can
 * be scaled although this operator cannot render its pods.
 */
export const keptWorkload = (
  wanted: Manifest & { readonly spec: object },
  { metadata, spec }: LiveWorkload,
): Manifest => {
  const record = metadata.annotations?.[STOPPED];
  const annotations = {
    ...wanted.metadata.annotations,
    ...(record === undefined ? {} : { [STOPPED]: record }),
  };
  const kept = {
    ...wanted,
    metadata: { ...wanted.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...wanted.spec, template: ownTemplate(spec?.template ?? {}) },
  };
  return kept;
};
