import type { Manifest } from '../../kube/apply.ts';
import { type LiveTemplate, type LiveWorkload, ROLLOUT_STOPPED } from '../objects/workload.ts';

/**
 * The wanted workload with its current pod template and the record of a stopped rollout, so that it can be
 * scaled although this operator cannot render its pods.
 */
export const keptWorkload = (
  wanted: Manifest & { readonly spec: object },
  { metadata, spec }: LiveWorkload,
): Manifest => {
  const record = metadata.annotations?.[ROLLOUT_STOPPED];
  const annotations = {
    ...wanted.metadata.annotations,
    ...(record === undefined ? {} : { [ROLLOUT_STOPPED]: record }),
  };
  const kept = {
    ...wanted,
    metadata: { ...wanted.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...wanted.spec, template: ownTemplate(spec?.template ?? {}) },
  };
  return kept;
};

/**
 * The template without what the controllers add: the hash in the labels, and the empty creation timestamp.
 */
export const ownTemplate = ({ metadata = {}, ...rest }: LiveTemplate): LiveTemplate => {
  const { labels = {}, creationTimestamp: _, ...others } = metadata;
  const { 'pod-template-hash': __, ...own } = labels;
  return { ...rest, metadata: { ...others, labels: own } };
};
