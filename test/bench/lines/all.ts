import type { Line } from '../line.ts';
import { bulk } from './bulk.ts';
import { idleMemory } from './idle-memory.ts';
import { keepAlive } from './keep-alive.ts';
import { newConnections } from './new-connections.ts';

/** Every line, in the order in which they are measured. */
export const LINES: readonly Line[] = [keepAlive, newConnections, bulk(1), bulk(64), idleMemory];
