import type { TuningEntry } from '../../report/status.ts';
import type { FileLimit } from '../sys/file-limit.ts';
import { acceptorsFor, type CpuQuota, type ReadText } from './cpu-quota.ts';
import { readSysctl, sysctlEquals, WATCHED_SYSCTLS } from './kernel-settings.ts';

/** The tuning that the resource requests, with its profile applied; only the part that a proxy can check. */
export interface RequestedTuning {
  readonly acceptors?: number;
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  readonly fileDescriptors?: number;
  /** CPU limit in cores. */
  readonly cpus?: number;
}

export interface TuningFacts {
  readonly requested: RequestedTuning;
  readonly read: ReadText;
  readonly fileLimit: FileLimit;
  readonly quota: CpuQuota;
  /** Number of processors that the affinity mask permits. */
  readonly parallelism: number;
  /** Number of running acceptor threads. */
  readonly acceptors: number;
}

/**
 * Compares requested and effective tuning. The values are read at each call, because kernel settings change
 * while the process runs.
 */
export const tuningReport = (facts: TuningFacts): readonly TuningEntry[] => [
  fileDescriptors(facts),
  ...sysctls(facts),
  cpuQuota(facts),
  acceptors(facts),
];

const entry = (
  name: string,
  asked: string | undefined,
  effective: string,
  hint: string | undefined,
): TuningEntry => ({
  name,
  ...(asked === undefined ? {} : { asked }),
  effective,
  ok: hint === undefined,
  ...(hint === undefined ? {} : { hint }),
});

const fileDescriptors = ({ requested, fileLimit }: TuningFacts): TuningEntry => {
  const wanted = requested.fileDescriptors ?? fileLimit.asked;
  const hint =
    wanted !== undefined && fileLimit.soft < wanted
      ? `The hard limit is ${fileLimit.hard}. Raise it in the container runtime (LimitNOFILE of containerd, --ulimit nofile=${wanted}:${wanted} of docker), add the capability SYS_RESOURCE, or request ${fileLimit.hard}.`
      : undefined;
  return entry(
    'file descriptors',
    wanted?.toString(),
    `${fileLimit.soft} (hard limit ${fileLimit.hard})`,
    hint,
  );
};

const sysctls = ({ requested, read }: TuningFacts): TuningEntry[] => {
  const wanted = new Map(requested.sysctls.map(({ name, value }) => [name, value]));
  return [...new Set([...WATCHED_SYSCTLS, ...[...wanted.keys()].sort()])].map((name) => {
    const value = wanted.get(name);
    const effective = readSysctl(read, name);
    return entry(name, value, effective ?? 'unknown', sysctlHint(name, value, effective));
  });
};

const sysctlHint = (
  name: string,
  asked: string | undefined,
  effective: string | undefined,
): string | undefined => {
  if (asked === undefined) return undefined;
  if (effective === undefined)
    return `This process cannot read ${name}: the kernel does not have it, or it does not belong to this network namespace.`;
  if (sysctlEquals(asked, effective)) return undefined;
  return `Set it where the network namespace is created: the pod's securityContext.sysctls (tuning.sysctls), docker run --sysctl ${name}="${asked}", or with the host's network sysctl -w ${name}="${asked}" on the node.`;
};

const cpuQuota = ({ requested, quota, acceptors: running }: TuningFacts): TuningEntry => {
  const wanted = requested.cpus;
  const effective = quota.cpus === undefined ? 'no limit' : `${round(quota.cpus)} (${quota.from})`;
  let hint: string | undefined;
  if (quota.cpus !== undefined && quota.cpus < Math.min(running, wanted ?? running))
    hint = `${running} acceptors share ${round(quota.cpus)} CPUs and stall together when busy. Raise the CPU limit or set NUM_ACCEPTORS=${Math.max(1, Math.floor(quota.cpus))}.`;
  else if (wanted !== undefined && quota.cpus !== undefined && quota.cpus < wanted)
    hint = `The effective CPU limit is below the requested ${round(wanted)}. Check for a LimitRange in the namespace or a limit further up in the node's control groups.`;
  return entry('cpu quota', wanted === undefined ? undefined : round(wanted), effective, hint);
};

const acceptors = ({ requested, quota, parallelism, acceptors: running }: TuningFacts): TuningEntry => {
  const fit = acceptorsFor(quota, parallelism);
  let hint: string | undefined;
  if (requested.acceptors !== undefined && running !== requested.acceptors)
    hint = `${requested.acceptors} acceptors are requested, but ${running} run. The number is fixed when the proxy starts: set NUM_ACCEPTORS=${requested.acceptors} and restart it.`;
  else if (running > parallelism)
    hint = `${running} acceptors share the ${parallelism} processors that this process may use. Give it more processors, or set NUM_ACCEPTORS=${fit}.`;
  return entry('acceptors', requested.acceptors?.toString(), `${running}`, hint);
};

const round = (cpus: number): string => String(Math.round(cpus * 1000) / 1000);
