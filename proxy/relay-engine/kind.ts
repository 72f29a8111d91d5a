import type { EngineKind } from '../engine/kind.ts';
import { descriptorNeeds } from './descriptor-needs.ts';
import { startEngine } from './start.ts';

/** The engine that relays connections in threads of this process. */
export const RELAY_ENGINE: EngineKind = { start: startEngine, descriptors: descriptorNeeds };
