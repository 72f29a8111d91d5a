import { spec } from './l4balancer.ts';
import { status } from './status.ts';
import { type Structural, structural } from './structural.ts';

/**
 * The spec as in the CRD; the parser uses the same document to drop fields, set defaults and compare entries.
 */
export const SPEC_SCHEMA: Structural = structural(spec);

/** The status as in the CRD. */
export const STATUS_SCHEMA: Structural = structural(status);
