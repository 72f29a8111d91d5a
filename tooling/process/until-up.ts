import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../wait/until.ts';
import { lastLines } from './last-lines.ts';

/**
 * Like `until`, for the start of `processes` (keyed by the name of their log in `folder`): fails as soon as
 * one of them has exited, and shows the last lines of the logs.
 */
export async function untilUp(
  folder: string,
  processes: Readonly<Record<string, ChildProcess>>,
  probe: () => Promise<boolean>,
): Promise<void> {
  const names = Object.keys(processes);
  const logs = () => names.map((name) => `--- ${name}\n${lastLines(join(folder, `${name}.log`))}`).join('\n');
  const alive = async () => {
    for (const [name, child] of Object.entries(processes)) {
      if (hasEnded(child))
        throw new Error(`${name} ended (${child.exitCode ?? child.signalCode ?? 'not started'})`);
    }
    return probe();
  };
  try {
    await until(`waiting for ${names.join(', ')} to be ready`, alive);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${message}; last lines of the logs:\n${logs()}`, { cause });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
