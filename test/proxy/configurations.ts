import { spec } from '../../crds/l4balancer.ts';
import type { Configuration } from '../../proxy/configuration/configuration.ts';
import { configurationOf } from '../../proxy/configuration/from-l4balancer.ts';

/** The configuration that a spec asks for. */
export const configurationFor = (input: unknown): Configuration => configurationOf(spec.parse(input));
