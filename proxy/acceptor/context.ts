import type { PinnedMemory } from '../sys/memory.ts';
import type { Sys } from '../sys/sys.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Connections } from './connections.ts';
import type { Counters } from './counters.ts';
import type { FromAcceptor } from './messages.ts';
import type { ServedTable } from './served-table.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { TimerWheel } from './timer-wheel.ts';

/** Everything one acceptor works with; its functions take it as their first argument. */
export interface Acceptor {
  readonly index: number;
  readonly sys: Sys;
  readonly epoll: number;
  readonly shared: SharedMemory;
  readonly connections: Connections;
  readonly buffers: BufferPool;
  readonly timers: TimerWheel;
  readonly counters: Counters;
  /** Where bytes are read to before they are sent on. */
  readonly scratch: PinnedMemory;
  readonly tell: (message: FromAcceptor) => void;
  /** Current tick; set once a turn. */
  now: number;
  table: ServedTable;
  /** Tokens of sides that have more to read than one turn may take. */
  again: number[];
  /** Tick at which accepting goes on; 0 while it is not paused. */
  pausedUntil: number;
  /** Whether the control thread was told that accepting pauses. */
  toldPaused: boolean;
}

/** Token of the acceptor's eventfd in its epoll set. */
export const CONTROL_TOKEN = -1;
/** Token of the listener at `index` of the table. */
export const listenerToken = (index: number): number => -2 - index;
/** Token of one side of a connection. */
export const sideToken = (connection: number, side: number): number => connection * 2 + side;
