import type { Finding } from './finding.ts';
import { inspect, type UnknownFields } from './inspect.ts';
import type { L4Balancer } from './l4balancer.ts';
import { formatPath } from './path.ts';
import { type Problem, textOf } from './schema-findings.ts';

export interface Parsed {
  /** The resource with its defaults filled in; undefined if there is any finding. */
  readonly balancer: L4Balancer | undefined;
  /** All problems, in a stable order. */
  readonly findings: readonly Finding[];
  /** Paths of unknown fields that were dropped; empty with `Refuse`. */
  readonly ignored: readonly string[];
  /** What would be refused if it were written today, and its effect; empty with `Refuse`. */
  readonly tolerated: readonly Finding[];
}

/**
 * The only way from an untrusted value to an L4Balancer: refuses what the API server refuses, with the same
 * paths, and fills in the same defaults. Use `Refuse` for files written by people, where an unknown field is
 * a mistake, and `Report` for objects from the API server, whose CRD may be newer than this program. Never
 * throws.
 */
export const parseL4Balancer = (input: unknown, unknownFields: UnknownFields): Parsed => {
  const { balancer, problems, ignored, tolerated } = inspect(input, unknownFields);
  return {
    balancer,
    findings: problems.map(findingOf),
    ignored: ignored.map(formatPath),
    tolerated: tolerated.map(findingOf),
  };
};

const findingOf = ({ at, message }: Problem): Finding => ({
  path: formatPath(at),
  message: textOf(message),
});
