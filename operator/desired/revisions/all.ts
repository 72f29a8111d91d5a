import type { Owner } from '../../objects/owner.ts';
import { type PodTemplate, podTemplate } from '../pod/pod-template.ts';
import type { RenderSettings } from '../pod/render-settings.ts';
import { r2 } from './r2.ts';

/** Annotation of every pod template since r2 that names its revision. */
export const REVISION_ANNOTATION = 'l4balancer.dev/render-revision';

export const REVISION_NAMES = ['r1', 'r2'] as const;
export type RevisionName = (typeof REVISION_NAMES)[number];

/**
 * What each revision changes in every pod of the one before; r1 is pod-template.ts. Effects of new fields of
 * the spec need no revision, as no existing pod has them. A released revision is never changed: its golden
 * files are locked.
 */
const CHANGES: readonly {
  readonly name: RevisionName;
  readonly change: (template: PodTemplate) => PodTemplate;
}[] = [{ name: 'r2', change: r2 }];

/** The revision of new balancers. */
export const CURRENT: RevisionName = 'r2';
/** The revision of balancers without one: they were created before there were revisions. */
export const FIRST: RevisionName = 'r1';

export const isRevision = (name: string | undefined): name is RevisionName =>
  REVISION_NAMES.some((one) => one === name);

/** The pod template as rendered by this revision. */
export const renderTemplate = (
  revision: RevisionName,
  owner: Owner,
  settings: RenderSettings,
): PodTemplate => {
  const upTo = REVISION_NAMES.indexOf(revision);
  const rendered = CHANGES.filter(({ name }) => REVISION_NAMES.indexOf(name) <= upTo).reduce(
    (template, { change }) => change(template),
    podTemplate(owner, settings),
  );
  if (revision === FIRST) return rendered;
  const { metadata } = rendered;
  return {
    ...rendered,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [REVISION_ANNOTATION]: revision } },
  };
};
