import { checkPod, checkQuotas, checkResource, checkService } from './check-namespace.ts';
import { checkNodes, checkSysctls } from './check-nodes.ts';
import { checkOperator, checkPorts, checkServices } from './check-surroundings.ts';
import type { Facts } from './facts.ts';
import type { State, Verdict } from './verdict.ts';

const ORDER: Readonly<Record<State, number>> = { Bad: 0, Warn: 1, Unknown: 2, Fine: 3 };

/** All verdicts, what is in the way first. */
export const verdictsOf = (facts: Facts): readonly Verdict[] =>
  [
    checkResource,
    checkPod,
    checkSysctls,
    checkNodes,
    checkQuotas,
    checkPorts,
    checkService,
    checkServices,
    checkOperator,
  ]
    .flatMap((check) => check(facts))
    .sort((a, b) => ORDER[a.state] - ORDER[b.state]);
