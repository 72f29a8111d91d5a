import { existsSync, readFileSync, rmSync } from 'node:fs';
import { removeCgroups } from './cgroups.ts';
import { removeNetwork } from './network.ts';
import type { Plan } from './plan.ts';
import { shLine } from './shell.ts';

/**
 * Removes every process, interface, namespace, cgroup, mount and file of a cluster, whatever its state. Each
 * step removes what exists, so it can be repeated, also after a start or a removal that was killed.
 */
export async function takeDown(plan: Plan): Promise<void> {
  // The nodes' mounts and their pods' namespaces live in mount namespaces that end with these processes.
  await removeCgroups(plan);
  await removeNetwork(plan);
  for (const path of mountsBelow(plan.folder)) await shLine(`umount --lazy ${path}`);
  rmSync(plan.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Whether anything of a cluster is left. */
export function isAnythingLeft(plan: Plan): boolean {
  return existsSync(plan.folder) || existsSync(`/sys/class/net/${plan.hostInterface}`);
}

/** Deepest first. None are expected: this is for mounts that other programs may have made. */
function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse();
}
