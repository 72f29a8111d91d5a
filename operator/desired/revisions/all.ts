import type { Owner } from '../../objects/owner.ts';
import { type PodTemplate, podTemplate } from '../pod/pod-template.ts';
import type { RenderSettings } from '../pod/render-settings.ts';
import { r2 } from './r2.ts';

/** On every pod template from r2 on: which revision it is. */
export const REVISION_ANNOTATION = 'l4balancer.dev/render-revision';

export const REVISION_NAMES = ['r1', 'r2'] as const;
export type RevisionName = (typeof REVISION_NAMES)[number];

/**
 * What each revision changes about every pod of the one before; r1 is pod-template.ts. What only new fields of the spec bring about needs no
 * revision: no pod of an older one has them. A revision that was released is never changed: its golden files are locked.
 */
const CHANGES: readonly {
  readonly name: RevisionName;
  readonly change: (template: PodTemplate) => PodTemplate;
}[] = [{ name: 'r2', change: r2 }];

/** What new balancers get. */
export const CURRENT: RevisionName = 'r2';
/** What balancers have of which nothing says it: those made before there were revisions. */
export const FIRST: RevisionName = 'r1';

export const isRevision = (name: string | undefined): name is RevisionName =>
  REVISION_NAMES.some((one) => one === name);

/** The pod template as this revision renders it. */
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
