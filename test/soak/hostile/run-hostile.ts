import { runInOwnNetwork } from '../../program/own-network.ts';
import type { HostileResult } from './hostile-result.ts';

const PROGRAM = new URL('./hostile-program.ts', import.meta.url).pathname;
/** Far longer than it takes at full size. */
const WITHIN_MS = 60 * 60_000;

/**
 * Attacks the real proxy in a network namespace of its own, and nginx as well if wanted; needs root. `scale`
 * 1 is full size.
 */
export const runHostile = (scale: number, isBesideNginx: boolean): HostileResult =>
  runInOwnNetwork(PROGRAM, {
    args: [`${scale}`, ...(isBesideNginx ? ['nginx'] : [])],
    withinMs: WITHIN_MS,
  }) as HostileResult;
