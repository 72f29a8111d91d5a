import { type Difference, differences, differenceText } from '../../crds/differences.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Manifest } from '../../kube/apply.ts';
import type { Change } from './change.ts';

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly template: object;
    readonly strategy?: Strategy;
    readonly updateStrategy?: Strategy;
  };
}

interface Strategy {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
}

const KINDS = new Set(['Deployment', 'DaemonSet']);

export const isWorkload = (manifest: Manifest): manifest is Workload => KINDS.has(manifest.kind);

/** Fields of the spec that shape pods; what they do not explain comes from the operator. */
const SHAPING = /^(capacity|tuning|workload)(\.|$)/;
const NOT_OF_PODS = /^workload\.(autoscaling|disruptionBudget|replicas|updateStrategy)(\.|$)/;

/** What happens to the pods. */
export const podChanges = (
  before: L4Balancer,
  after: L4Balancer,
  had: readonly Manifest[],
  has: readonly Manifest[],
): readonly Change[] => {
  const [old, wanted] = [had.find(isWorkload), has.find(isWorkload)];
  if (old === undefined || wanted === undefined) return [];
  const shaping = differences(before.spec, after.spec).filter(
    ({ path }) => SHAPING.test(path) && !NOT_OF_PODS.test(path),
  );
  const others = old.kind === wanted.kind ? differences(restOf(old), restOf(wanted), 'spec') : [];
  return [
    ...templateChange(old, wanted, shaping, after),
    ...replicaChange(old, wanted, after),
    ...otherChange(old, others),
  ];
};

const restOf = ({ spec: { template: _, replicas: __, ...rest } }: Workload): object => rest;

const otherChange = ({ kind, metadata }: Workload, others: readonly Difference[]): readonly Change[] =>
  others.length === 0
    ? []
    : [
        {
          effect: 'Live',
          about: `${kind} ${metadata.name}`,
          what: 'How its pods are replaced changes; none is replaced now by that.',
          fields: others.map(differenceText),
        },
      ];

const templateChange = (
  old: Workload,
  wanted: Workload,
  shaping: readonly Difference[],
  { spec }: L4Balancer,
): readonly Change[] => {
  const grace = spec.workload.terminationGracePeriod;
  const ends = `connections that are still open ${grace} after a pod was told to stop are closed`;
  if (old.kind !== wanted.kind)
    return [
      {
        effect: 'Restarts',
        about: 'Pods',
        what: `The ${old.kind} becomes a ${wanted.kind}: all pods are replaced, and the old ones are kept until the new ones serve, unless they are on the host network; ${ends}.`,
        fields: shaping.map(differenceText),
      },
    ];
  const template = differences(old.spec.template, wanted.spec.template);
  if (template.length === 0) return [];
  const why = shaping.length === 0 ? template : shaping;
  return [
    {
      effect: 'Restarts',
      about: 'Pods',
      what: `Every pod is replaced, ${paceOf(wanted.spec.strategy ?? wanted.spec.updateStrategy)}; ${ends}.`,
      fields: why.map(differenceText),
    },
  ];
};

const paceOf = ({ type, rollingUpdate = {} }: Strategy = {}): string => {
  if (type === 'OnDelete') return 'each when somebody deletes it (updateStrategy OnDelete)';
  if (type === 'Recreate') return 'all at once (updateStrategy Recreate): nothing is served in between';
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate;
  return `a few at a time (at most ${maxSurge} more and ${maxUnavailable} fewer than wanted)`;
};

const replicaChange = (old: Workload, wanted: Workload, { spec }: L4Balancer): readonly Change[] => {
  const [had, has] = [old.spec.replicas, wanted.spec.replicas];
  if (had === has) return [];
  const fields = [`spec.replicas: ${had ?? 'open'} → ${has ?? 'open'}`];
  if (had === undefined || has === undefined) {
    const who = has === undefined ? 'The autoscaler decides' : 'The spec decides';
    return [{ effect: 'Live', about: 'Pods', what: `${who} on the number of pods.`, fields }];
  }
  const many = Math.abs(has - had);
  const pods = `${many} ${many === 1 ? 'pod is' : 'pods are'}`;
  if (has > had)
    return [{ effect: 'Live', about: 'Pods', what: `${pods} added; no other pod restarts.`, fields }];
  const grace = spec.workload.terminationGracePeriod;
  return [
    {
      effect: 'Ends',
      about: 'Pods',
      what: `${pods} removed; ${many === 1 ? 'its' : 'their'} open connections have ${grace} to end, and are then closed.`,
      fields,
    },
  ];
};
