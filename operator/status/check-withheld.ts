import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { RATE_PARTS } from '../../crds/shared-limit.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import type { Withheld, WithheldBecause } from './withheld.ts';

/** Pods that are described; the others are only named. */
const SHOWN = 3;

/** Warns about replicas that have withheld parts of limits from the others for long. */
export const checkWithheld = (
  { listeners }: Pick<L4BalancerSpec, 'listeners'>,
  withheld: readonly Withheld[],
  namespace: string,
): readonly Warning[] => {
  const byReplica = Map.groupBy(withheld, ({ replica }) => replica);
  const names = [...byReplica.keys()].sort();
  const others = names.slice(SHOWN);
  return names.slice(0, SHOWN).map((replica, index): Warning => {
    const all = byReplica.get(replica) ?? [];
    const [first] = all as [Withheld, ...Withheld[]];
    const what = listed(
      all.map((one) => amountOf(one, listeners)),
      SHOWN,
    );
    const more =
      index < SHOWN - 1 || others.length === 0
        ? ''
        : ` So ${plural(others.length, 'does', 'do')} ${plural(others.length, 'pod')} ${listed(others, 10)}.`;
    return {
      reason: 'SharesWithheld',
      message: `Pod "${replica}" withholds ${what} from the other replicas: ${causeAndCure(first, namespace)}${more}`,
    };
  });
};

/** Such as `500 connections of listener "web"`. */
const amountOf = ({ listener, limit, amount }: Withheld, listeners: L4BalancerSpec['listeners']): string => {
  const limits = listeners.find(({ name }) => name === listener)?.limits;
  const isRate = limit === 'connectionRate';
  const [value, whole] = isRate
    ? [amount / RATE_PARTS, limits?.connectionRate?.perSecond]
    : [amount, limits?.connections];
  const count = whole !== undefined && value >= whole ? 'all' : `${value}`;
  return `${count} ${isRate ? 'connections per second' : 'connections'} of listener "${listener}"`;
};

const causeAndCure = ({ replica, node, because }: Withheld, namespace: string): string => {
  const remove = `kubectl delete pod ${replica} --namespace ${namespace}`;
  const where = node === undefined ? 'its node' : `node "${node}"`;
  return TEXTS[because](remove, where);
};

const TEXTS: Readonly<Record<WithheldBecause, (remove: string, where: string) => string>> = {
  NotEnding: (remove, where) =>
    `it was deleted and has not ended in time. Bring ${where} back; if it is off for good, run ${remove} --grace-period=0 --force.`,
  NotOwned: (remove) =>
    `it still runs, and does not belong to this L4Balancer any more, because its labels or its owner were changed. Change them back, or run ${remove}.`,
  Silent: (remove, where) =>
    `it does not answer the operator, so nobody knows what it uses. Check ${where} and its network; to replace the pod, run ${remove}.`,
  Older: () =>
    'its version does not know limits for all replicas. Upgrade the pods with the annotation l4balancer.dev/upgrade: "true".',
  Late: (remove) => `it has not received its newest share from the API server. To replace it, run ${remove}.`,
};
