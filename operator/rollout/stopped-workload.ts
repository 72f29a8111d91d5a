import type { Manifest } from '../../kube/apply.ts';
import { ownTemplate } from '../desired/kept-workload.ts';
import { type LiveTemplate, ROLLOUT_STOPPED } from '../objects/workload.ts';
import { type StopRecord, writeRecord } from './stop-record.ts';

type Workload = Manifest & { readonly spec: { readonly replicas?: number } };

/**
 * The Deployment that stops a rollout: with the template to stay with, in which nothing is changed so that its ReplicaSet is found again,
 * and with the record of why. `replicas` caps them; left out, they stay as wanted.
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
