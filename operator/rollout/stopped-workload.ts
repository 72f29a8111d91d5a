import type { Manifest } from '../../kube/apply.ts';
import { ownTemplate } from '../desired/kept-workload.ts';
import { type LiveTemplate, ROLLOUT_STOPPED } from '../objects/workload.ts';
import { type StopRecord, writeRecord } from './stop-record.ts';

type Workload = Manifest & { readonly spec: { readonly replicas?: number } };

/**
 * The Deployment that stops a rollout. It has the template to stay with, unchanged, so that its ReplicaSet is
 * found again, and the record of why. `replicas` caps its pods; without it, their number stays as wanted.
 */
export const stoppedWorkload = (
  wanted: Workload,
  template: LiveTemplate,
  replicas: number | undefined,
  record: StopRecord,
): Manifest => {
  const annotations = { ...wanted.metadata.annotations, [ROLLOUT_STOPPED]: writeRecord(record) };
  const cap = replicas === undefined ? {} : { replicas };
  const stopped = {
    ...wanted,
    metadata: { ...wanted.metadata, annotations },
    spec: { ...wanted.spec, ...cap, template: ownTemplate(template) },
  };
  return stopped;
};
