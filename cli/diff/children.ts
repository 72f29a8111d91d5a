import { differences, differenceText } from '../../crds/differences.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Manifest } from '../../kube/apply.ts';
import type { Change } from './change.ts';
import { isWorkload } from './pods.ts';

const idOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** What happens to the children other than the workload. */
export const childChanges = (had: readonly Manifest[], has: readonly Manifest[]): readonly Change[] => {
  const of = (all: readonly Manifest[]): ReadonlyMap<string, Manifest> =>
    new Map(all.filter((one) => !isWorkload(one)).map((one) => [idOf(one), one]));
  const [before, after] = [of(had), of(has)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((about): readonly Change[] => {
    const [old, wanted] = [before.get(about), after.get(about)];
    if (old === undefined) return [{ effect: 'Live', about, what: 'It is created.', fields: [] }];
    if (wanted === undefined)
      return [
        old.kind === 'Service'
          ? { effect: 'Ends', about, what: 'It is removed, and its addresses with it.', fields: [] }
          : { effect: 'Live', about, what: 'It is removed.', fields: [] },
      ];
    const found = differences(old, wanted);
    if (found.length === 0) return [];
    const fields = found.map(differenceText);
    const losesAddress =
      old.kind === 'Service' && found.some(({ path }) => /^spec\.(type|loadBalancerIP)$/.test(path));
    return [
      losesAddress
        ? { effect: 'Ends', about, what: 'It is changed, and may get another address.', fields }
        : { effect: 'Live', about, what: 'It is changed.', fields },
    ];
  });
};

/** What the API server refuses to change, which only it and this command can see: both know the old spec. */
export const refusedChanges = (
  { spec: before }: L4Balancer,
  { spec: after }: L4Balancer,
): readonly Change[] => {
  const isKept = before.service.type === 'LoadBalancer' && after.service.type === 'LoadBalancer';
  return isKept && before.service.loadBalancerClass !== after.service.loadBalancerClass
    ? [
        {
          effect: 'Refused',
          about: 'Service',
          what: 'loadBalancerClass cannot be changed while the type stays LoadBalancer: set type to ClusterIP first, then to LoadBalancer with the new class.',
          fields: differences(before.service, after.service, 'service').map(differenceText),
        },
      ]
    : [];
};
