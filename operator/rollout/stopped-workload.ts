import type { Manifest } from '../../kube/apply.ts';
import { STOPPED, type StopRecord, writeRecord } from './stop-record.ts';

/** A pod template as the API server holds it. */
export interface LiveTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

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
  const annotations = { ...wanted.metadata.annotations, [STOPPED]: writeRecord(record) };
  const cap = replicas === undefined ? {} : { replicas };
  const stopped = {
    ...wanted,
    metadata: { ...wanted.metadata, annotations },
    spec: { ...wanted.spec, ...cap, template: ownTemplate(template) },
  };
  return stopped;
};

/** Without what the controllers add: the hash in the labels, and the empty time of its making. */
export const ownTemplate = ({ metadata = {}, ...rest }: LiveTemplate): LiveTemplate => {
  const { labels = {}, creationTimestamp: _, ...others } = metadata;
  const { 'pod-template-hash': __, ...own } = labels;
  return { ...rest, metadata: { ...others, labels: own } };
};
