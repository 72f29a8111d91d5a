import type { PinnedMemory } from '../../sys/memory.ts';
import type { Sys } from '../../sys/sys.ts';
import type { Tls } from '../../sys/tls.ts';
import type { AccessRing } from './access-ring.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { Connections } from './connections.ts';
import type { Counters } from './counters.ts';
import type { Datagrams } from './datagrams/datagrams.ts';
import type { EndpointContexts } from './endpoint-contexts.ts';
import type { LimitCounts } from './limits/limit-counts.ts';
import type { Mailbox } from './mailbox.ts';
import type { FromAcceptor } from './messages.ts';
import type { Pacing } from './pacing.ts';
import type { PrefaceFor } from './preface.ts';
import type { ReadyQueue } from './ready-queue.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { ServedTable } from './served-table.ts';
import type { ServerContexts } from './server-contexts.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { SourcePorts } from './source-ports.ts';
import type { Strangers } from './strangers.ts';
import type { TimerWheel } from './timer-wheel.ts';
import { xorshift } from './xorshift.ts';

/** Everything that one acceptor works with; its functions take it as their first argument. */
export interface Acceptor {
  readonly index: number;
  /** How many acceptors there are. */
  readonly acceptors: number;
  readonly sys: Sys;
  /** Loads it when it is first called. */
  readonly tls: () => Tls;
  readonly contexts: ServerContexts;
  readonly endpointContexts: EndpointContexts;
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
  /** What its UDP listeners need. */
  readonly datagrams: Datagrams;
  /** Sides that have more to read. */
  readonly ready: ReadyQueue;
  /** Buffer that bytes are read into before they are sent on. */
  readonly scratch: PinnedMemory;
  /** Buffer for prefaces, which are looked at and stay in the kernel. */
  readonly peeked: PinnedMemory;
  /**
   * Memory for socket addresses: the kernel writes a client's here, and addresses to bind to are built here.
   */
  readonly socketAddress: PinnedMemory;
  /** Memory that the kernel writes what it knows of a connection to. */
  readonly tcpInfo: PinnedMemory;
  /** Address of the client that was accepted or taken over last. */
  readonly arrival: Arrival;
  /** The connection that is being handed over or taken over; see PARCEL. */
  readonly parcel: Int32Array;
  /** Slots of the endpoints that must not be picked for the connection at hand. */
  readonly avoid: Set<number>;
  /** How listeners come to their prefaces. */
  readonly prefaceFor: PrefaceFor;
  readonly notify: (message: FromAcceptor) => void;
  readonly strangers: Strangers;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Current tick, and the time in milliseconds; set once a turn. */
  now: number;
  nowMs: number;
  /** State of the generator of random numbers; never 0. */
  random: number;
  table: ServedTable;
  /** Set once a table had limits. */
  limits: LimitCounts | undefined;
  /** Set once a table had limits of bandwidth. */
  pacing: Pacing | undefined;
  /** Reads of sides since `relayReady` began. */
  spent: number;
  /** Connections that wait for capacity at an endpoint, the longest waiting first. */
  waiting: number[];
  /** Tick in which they may try again. */
  waitingAt: number;
  /** Tick in which the last short connection ended. */
  shortEndedAt: number;
  /** Tick in which accepting is resumed; 0 if it is not paused. */
  pausedUntil: number;
  /** Whether the pause in accepting was reported to the control thread. */
  pauseReported: boolean;
  /** Tick at which the end of the pause is reported, unless something fails before. */
  resumeReportAt: number;
  /** Set while idle connections are gradually closed, before the proxy stops. */
  draining: Draining | undefined;
}

export interface Arrival {
  /** 16 bytes, IPv4 mapped into IPv6. */
  readonly address: Uint8Array;
  /** The same memory as words. */
  readonly words: Int32Array;
  port: number;
}

export interface Draining {
  readonly fromTick: number;
  readonly ticks: number;
  /** Connections that were open when it began. */
  readonly open: number;
  /** Next connection to check for being idle. */
  next: number;
  /**
   * Next connection to look at in search of one whose peer takes nothing any more; and when that round began,
   * in ticks.
   */
  nextStuck: number;
  roundFrom: number;
}

/** 32 random bits. */
export const random32 = (state: Pick<Acceptor, 'random'>): number => {
  state.random = xorshift(state.random);
  return state.random >>> 0;
};
