import { systemCode } from '../errors/proxy-error.ts';
import type { ReadText } from './cpu-quota.ts';
import { readSysctl, sysctlEquals } from './kernel-settings.ts';

/** A sysctl and the value to write to it. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

export interface SysctlFiles {
  readonly read: ReadText;
  /** Throws like writeFileSync. */
  readonly write: (file: string, text: string) => void;
}

/** The results of writing: lines for people, and problems, which are empty if all values are in effect. */
export interface SysctlsWritten {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** Parses `net.core.somaxconn=65535`; undefined for a sysctl that does not belong to a pod. */
export const parseAssignment = (text: string): Assignment | undefined => {
  const [, name, value] = /^((?:net\.|kernel\.shm)[a-z0-9._-]+)=([!-~]+(?:[ \t][!-~]+)*)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
};

/**
 * Writes sysctls of the process's own network namespace and reads each back. A failure does not prevent the
 * others from being tried.
 */
export const setSysctls = (assignments: readonly Assignment[], files: SysctlFiles): SysctlsWritten => {
  const lines: string[] = [];
  const problems: string[] = [];
  for (const { name, value } of assignments) {
    const tried = `Cannot set ${name} to ${value}`;
    const before = readSysctl(files.read, name);
    if (before !== undefined && sysctlEquals(value, before)) {
      lines.push(`${name} is already ${value}`);
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
        `${tried}: the kernel accepted the value, but reports ${after ?? 'none'}. Use a value that it keeps.`,
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
  '/proc/sys is not writable here. The container must be privileged and run as root, which is how the operator creates it; a cluster policy may have changed that.';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT:
    'this kernel does not have the sysctl in a separate network namespace. Remove it from tuning.sysctls, or set it on the node.',
  EROFS: READ_ONLY,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  EINVAL: 'the kernel rejects the value. Correct it in tuning.sysctls.',
  ERANGE: 'the kernel rejects the value. Correct it in tuning.sysctls.',
};
