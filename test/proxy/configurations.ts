import { spec } from '../../crds/l4balancer.ts';
import type { Configuration } from '../../proxy/configuration/configuration.ts';
import { configurationOf } from '../../proxy/configuration/from-l4balancer.ts';

/** The configuration for a spec. */
export const configurationFor = (input: unknown): Configuration => configurationOf(spec.parse(input));
