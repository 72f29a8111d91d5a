import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from './plan.ts';

const ROOT = '/sys/fs/cgroup';
const KILL_WITHIN_MS = 20_000;
/** Hierarchies of cgroup v1, any of which can hold the daemons together. */
const KEEPERS = ['pids', 'freezer', 'memory', 'systemd'];

const isUnified = (): boolean => existsSync(join(ROOT, 'cgroup.controllers'));

/** The root of each hierarchy: one with cgroup v2, several with v1. */
function hierarchies(): string[] {
  if (isUnified()) return [ROOT];
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
}

/**
 * The daemons' cgroup. Their children and the containers' shims inherit it, and containers are in the cgroups
 * of their nodes: so every process of the cluster is found, however it was started.
 */
export function daemonCgroup(plan: Plan): string {
  if (isUnified()) return join(ROOT, plan.cgroup, 'daemons');
  const keeper = KEEPERS.find((name) => existsSync(join(ROOT, name)));
  if (!keeper) throw new Error(`no cgroup hierarchy of ${KEEPERS.join(', ')} is mounted under ${ROOT}`);
  return join(ROOT, keeper, plan.cgroup, 'daemons');
}

/**
 * Creates the daemons' cgroup and one for the pods of each node (`<cgroup>/<node>`), with all controllers
 * enabled.
 */
export function createCgroups(plan: Plan, nodes: readonly string[]): void {
  for (const hierarchy of hierarchies()) {
    if (isUnified()) enableControllers(hierarchy);
    const top = join(hierarchy, plan.cgroup);
    makeCgroup(hierarchy, top);
    for (const node of nodes) makeCgroup(top, join(top, node));
  }
  mkdirSync(daemonCgroup(plan), { recursive: true });
}

function makeCgroup(parent: string, path: string): void {
  mkdirSync(path, { recursive: true });
  if (isUnified()) {
    enableControllers(path);
    return;
  }
  // A new v1 cpuset is empty, and no process may enter an empty one.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(join(parent, file))) writeFileSync(join(path, file), readFileSync(join(parent, file)));
  }
}

/** Enables every controller of a v2 cgroup for its children. */
function enableControllers(path: string): void {
  const names = readFileSync(join(path, 'cgroup.controllers'), 'utf8').trim().split(' ').filter(Boolean);
  try {
    writeFileSync(join(path, 'cgroup.subtree_control'), names.map((name) => `+${name}`).join(' '));
  } catch (cause) {
    const problem = `cannot enable the cgroup controllers ${names.join(', ')} of ${path} for its children`;
    throw new Error(`${problem}: run outside of a container, or start docker to use kind instead`, {
      cause,
    });
  }
}

/** Ids of all processes in the cluster's cgroups. */
export function processesOf(plan: Plan): number[] {
  const pids = new Set<number>();
  for (const path of cgroupsOf(plan)) {
    for (const pid of readLines(join(path, 'cgroup.procs'))) pids.add(Number(pid));
  }
  return [...pids];
}

/** Kills every process in the cluster's cgroups until none is left, then removes the cgroups. */
export async function removeCgroups(plan: Plan): Promise<void> {
  const deadline = performance.now() + KILL_WITHIN_MS;
  for (let left = processesOf(plan); left.length > 0; left = processesOf(plan)) {
    if (performance.now() > deadline) throw new Error(`processes ${left.join(', ')} survive SIGKILL`);
    for (const pid of left) kill(pid);
    await sleep(20);
  }
  // Deepest first. The kernel may keep a cgroup busy for a moment after its last process.
  for (const path of cgroupsOf(plan).reverse()) {
    while (!removeEmpty(path)) {
      if (performance.now() > deadline) throw new Error(`cannot remove the cgroup ${path}: it is busy`);
      // A start that was killed may leave a child that joins its cgroup only now.
      for (const pid of processesOf(plan)) kill(pid);
      await sleep(20);
    }
  }
}

/** Every cgroup of the cluster, parents before children. */
function cgroupsOf(plan: Plan): string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    found.push(path);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name));
    }
  };
  for (const hierarchy of hierarchies()) {
    const top = join(hierarchy, plan.cgroup);
    if (existsSync(top)) walk(top);
  }
  return found;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'ENODEV', 'EOPNOTSUPP')) return []; // removed meanwhile, or a threaded group
    throw cause;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (!isCode(cause, 'ESRCH')) throw cause;
  }
}

function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return true;
    if (isCode(cause, 'EBUSY', 'ENOTEMPTY')) return false;
    throw cause;
  }
}

function isCode(cause: unknown, ...codes: string[]): boolean {
  return cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
}
