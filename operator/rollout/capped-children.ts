import type { Child } from '../desired/children.ts';

const AUTOSCALER = 'HorizontalPodAutoscaler';

/**
 * The children while replicas are capped. An autoscaler would ask for more of the refused pods, so it is
 * removed until the cap is lifted.
 */
export const cappedChildren = (children: readonly Child[]): readonly Child[] =>
  children.map((child) => (child.kind === AUTOSCALER ? { ...child, wanted: undefined } : child));
