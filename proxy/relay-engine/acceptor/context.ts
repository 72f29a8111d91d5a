import type { PinnedMemory } from '../../sys/memory.ts';
import type { Sys } from '../../sys/sys.ts';
import type { AccessRing } from './access-ring.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Connections } from './connections.ts';
import type { Counters } from './counters.ts';
import type { Mailbox } from './mailbox.ts';
import type { FromAcceptor } from './messages.ts';
import type { PrefaceFor } from './preface.ts';
import type { ReadyQueue } from './ready-queue.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { ServedTable } from './served-table.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { SourcePorts } from './source-ports.ts';
import type { TimerWheel } from './timer-wheel.ts';
import { xorshift } from './xorshift.ts';

/** Everything one acceptor works with; its functions take it as their first argument. */
export interface Acceptor {
  readonly index: number;
  /** How many acceptors there are. */
  readonly acceptors: number;
  readonly sys: Sys;
  readonly epoll: number;
  readonly shared: SharedMemory;
  readonly connections: Connections;
  readonly buffers: BufferPool;
  readonly timers: TimerWheel;
  readonly counters: Counters;
  readonly accessLog: AccessRing;
  readonly mailbox: Mailbox;
  readonly budget: RetryBudget;
  readonly sourcePorts: SourcePorts;
  /** Sides that have more to read. */
  readonly ready: ReadyQueue;
  /** Where bytes are read to before they are sent on. */
  readonly scratch: PinnedMemory;
  /** Where the kernel writes a client's socket address, and where a socket's own is put together. */
  readonly socketAddress: PinnedMemory;
  /** Where the kernel writes what it knows of a connection. */
  readonly tcpInfo: PinnedMemory;
  /** Where the client is that was accepted or taken over last. */
  readonly arrival: Arrival;
  /** The connection that is handed over or taken over. */
  readonly parcel: Int32Array;
  /** Endpoint slots that the connection at hand must not get. */
  readonly avoid: Set<number>;
  /** How listeners come to their prefaces. */
  readonly prefaceFor: PrefaceFor;
  readonly notify: (message: FromAcceptor) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Current tick, and the time in milliseconds; set once a turn. */
  now: number;
  nowMs: number;
  /** State of the generator of random numbers; never 0. */
  random: number;
  table: ServedTable;
  /** Reads of sides since `relayReady` began. */
  spent: number;
  /** Connections that wait for a place at an endpoint, the first one longest. */
  waiting: number[];
  /** Tick in which they are looked at next. */
  waitingAt: number;
  /** Tick in which a short connection ended last. */
  shortEndedAt: number;
  /** Tick at which accepting goes on; 0 while it is not paused. */
  pausedUntil: number;
  /** Whether the control thread was told that accepting pauses; and from which tick on it is told that it goes on, if nothing fails until then. */
  pauseReported: boolean;
  resumeReportAt: number;
  /** Closing idle connections bit by bit, before the end. */
  draining: Draining | undefined;
}

export interface Arrival {
  /** 16 bytes, IPv4 mapped into IPv6. */
  readonly address: Uint8Array;
  /** The same as words. */
  readonly words: Int32Array;
  port: number;
}

export interface Draining {
  readonly fromTick: number;
  readonly ticks: number;
  /** Connections that were open when it began. */
  readonly open: number;
  /** Connection number that is looked at next, for one that is idle. */
  next: number;
  /** The same for one whose peer takes nothing any more; and the tick in which that round began. */
  nextStuck: number;
  roundFrom: number;
}

/** 32 random bits. */
export const random32 = (acceptor: Acceptor): number => {
  acceptor.random = xorshift(acceptor.random);
  return acceptor.random >>> 0;
};
