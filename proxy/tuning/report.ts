import type { TuningEntry } from '../../report/status.ts';
import type { FileLimit } from '../sys/file-limit.ts';
import { acceptorsFor, type CpuQuota, type ReadText } from './cpu-quota.ts';
import { readSysctl, sysctlEquals, WATCHED_SYSCTLS } from './kernel-settings.ts';

/** What the resource asks for, after its profile was applied; the part of its tuning that a proxy can check. */
export interface AskedTuning {
  readonly acceptors?: number;
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  readonly fileDescriptors?: number;
  /** CPU limit in cores. */
  readonly cpus?: number;
}

export interface TuningFacts {
  readonly asked: AskedTuning;
  readonly read: ReadText;
  readonly fileLimit: FileLimit;
  readonly quota: CpuQuota;
  /** What the affinity mask allows. */
  readonly parallelism: number;
  /** Acceptor threads that run. */
  readonly acceptors: number;
}

/** Asked and in effect, side by side, read anew at each call: kernel settings change under a running process. */
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

const fileDescriptors = ({ asked, fileLimit }: TuningFacts): TuningEntry => {
  const wanted = asked.fileDescriptors ?? fileLimit.asked;
  const hint =
    wanted !== undefined && fileLimit.soft < wanted
      ? `The hard limit is ${fileLimit.hard}. Raise it in the container runtime (LimitNOFILE of containerd, --ulimit nofile=${wanted}:${wanted} of docker), add the capability SYS_RESOURCE, or ask for ${fileLimit.hard}.`
      : undefined;
  return entry(
    'file descriptors',
    wanted?.toString(),
    `${fileLimit.soft} (hard limit ${fileLimit.hard})`,
    hint,
  );
};

const sysctls = ({ asked, read }: TuningFacts): TuningEntry[] => {
  const wanted = new Map(asked.sysctls.map(({ name, value }) => [name, value]));
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
    return `The kernel does not show ${name} to this process: it does not know it, or it is not of this network namespace.`;
  if (sysctlEquals(asked, effective)) return undefined;
  return `Set it where the network namespace is made: the pod's securityContext.sysctls (tuning.sysctls), docker run --sysctl ${name}="${asked}", or with the host's network sysctl -w ${name}="${asked}" on the node.`;
};

const cpuQuota = ({ asked, quota, acceptors: running }: TuningFacts): TuningEntry => {
  const wanted = asked.cpus;
  const effective = quota.cpus === undefined ? 'no limit' : `${round(quota.cpus)} (${quota.from})`;
  let hint: string | undefined;
  if (quota.cpus !== undefined && quota.cpus < Math.min(running, wanted ?? running))
    hint = `${running} acceptors share ${round(quota.cpus)} CPUs and stall together when busy. Raise the CPU limit or set NUM_ACCEPTORS=${Math.max(1, Math.floor(quota.cpus))}.`;
  else if (wanted !== undefined && quota.cpus !== undefined && quota.cpus < wanted)
    hint = `The CPU limit in effect is below the ${round(wanted)} asked for. Look for a LimitRange of the namespace or a limit further up in the node's control groups.`;
  return entry('cpu quota', wanted === undefined ? undefined : round(wanted), effective, hint);
};

const acceptors = ({ asked, quota, parallelism, acceptors: running }: TuningFacts): TuningEntry => {
  const fit = acceptorsFor(quota, parallelism);
  let hint: string | undefined;
  if (asked.acceptors !== undefined && running !== asked.acceptors)
    hint = `${asked.acceptors} are asked for, ${running} run. The number is set when the proxy starts: set NUM_ACCEPTORS=${asked.acceptors} and restart it.`;
  else if (running > parallelism)
    hint = `${running} acceptors share the ${parallelism} processors that this process may use. Give it more, or set NUM_ACCEPTORS=${fit}.`;
  return entry('acceptors', asked.acceptors?.toString(), `${running}`, hint);
};

const round = (cpus: number): string => String(Math.round(cpus * 1000) / 1000);
