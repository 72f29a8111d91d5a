import { spec } from './l4balancer.ts';
import { status } from './status.ts';
import { type Structural, structural } from './structural.ts';

/** The spec as the CRD describes it; the parser drops, defaults and compares by the same document. */
export const SPEC_SCHEMA: Structural = structural(spec);

/** The status as the CRD describes it. */
export const STATUS_SCHEMA: Structural = structural(status);
