import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Plan } from './plan.ts';

/** The state that a running cluster keeps on disk. */
export interface State {
  /** The third byte of its network. */
  readonly subnet: number;
  readonly binaries: string;
  /** False while it is being created. */
  readonly complete: boolean;
}

/** Undefined if there is no cluster; `broken` if its file cannot be read. */
export function readState(plan: Plan): State | 'broken' | undefined {
  const path = plan.path('cluster.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return 'broken'; // its writer was killed
  }
}

export function writeState(plan: Plan, state: State): void {
  mkdirSync(plan.folder, { recursive: true, mode: 0o755 });
  writeFileSync(plan.path('cluster.json'), JSON.stringify(state));
}
