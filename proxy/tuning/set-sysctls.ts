import { systemCode } from '../errors/proxy-error.ts';
import type { ReadText } from './cpu-quota.ts';
import { readSysctl, sysctlEquals } from './kernel-settings.ts';

/** One sysctl to write. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

export interface SysctlFiles {
  readonly read: ReadText;
  /** Throws as writeFileSync does. */
  readonly write: (file: string, text: string) => void;
}

/** What became of each: lines for people, and whether all of them are in effect. */
export interface SysctlsWritten {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** `net.core.somaxconn=65535`; undefined for what is not one of a pod's. */
export const parseAssignment = (text: string): Assignment | undefined => {
  const [, name, value] = /^((?:net\.|kernel\.shm)[a-z0-9._-]+)=([!-~]+(?:[ \t][!-~]+)*)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
};

/** Writes sysctls of the network namespace that the process is in, and reads each back. One that fails keeps no other from being tried. */
export const setSysctls = (assignments: readonly Assignment[], files: SysctlFiles): SysctlsWritten => {
  const lines: string[] = [];
  const problems: string[] = [];
  for (const { name, value } of assignments) {
    const tried = `Cannot set ${name} to ${value}`;
    const before = readSysctl(files.read, name);
    if (before !== undefined && sysctlEquals(value, before)) {
      lines.push(`${name} is ${value} already`);
      continue;
    }
    try {
      files.write(`/proc/sys/${name.replaceAll('.', '/')}`, value);
    } catch (error) {
      problems.push(`${tried}: ${why(error)}`);
      continue;
    }
    const after = readSysctl(files.read, name);
    if (after !== undefined && sysctlEquals(value, after))
      lines.push(`${name}: ${before ?? 'unknown'} → ${after}`);
    else
      problems.push(
        `${tried}: the kernel took it and says ${after ?? 'nothing'}. Ask for a value that it keeps.`,
      );
  }
  return { lines, problems };
};

const why = (error: unknown): string => {
  const code = systemCode(error);
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason !== undefined) return reason;
  return error instanceof Error ? error.message : String(error);
};

const READ_ONLY =
  '/proc/sys cannot be written here. The container must be privileged and run as root, as the operator makes it; a policy of the cluster may have changed that.';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT:
    'this kernel has no such sysctl in a network namespace of its own. Leave it out of tuning.sysctls, or set it on the node.',
  EROFS: READ_ONLY,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  EINVAL: 'the kernel refuses the value. Correct it in tuning.sysctls.',
  ERANGE: 'the kernel refuses the value. Correct it in tuning.sysctls.',
};
