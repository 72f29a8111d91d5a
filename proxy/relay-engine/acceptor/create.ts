import { pinnedMemory } from '../../sys/memory.ts';
import { openssl } from '../../sys/openssl.ts';
import { EPOLL_CTL_ADD, EPOLLIN, type Sys, TCP_INFO_BYTES } from '../../sys/sys.ts';
import type { Tls } from '../../sys/tls.ts';
import { AccessRing } from './access-ring.ts';
import { BUFFER_BYTES, BufferPool } from './buffer-pool.ts';
import { Connections } from './connections.ts';
import type { Acceptor } from './context.ts';
import { Counters } from './counters.ts';
import { Datagrams } from './datagrams/datagrams.ts';
import { EndpointContexts } from './endpoint-contexts.ts';
import { CONTROL_TOKEN } from './event-tokens.ts';
import type { HashKey } from './keyed-hash/half-sip-hash.ts';
import { Mailbox } from './mailbox.ts';
import type { FromAcceptor, ToAcceptor } from './messages.ts';
import { noted } from './native-objects.ts';
import { PREFACE_BYTES, type PrefaceFor } from './preface.ts';
import { ReadyQueue } from './ready-queue.ts';
import { RetryBudget } from './retry-budget.ts';
import { EMPTY_TABLE } from './served-table.ts';
import { ServerContexts } from './server-contexts.ts';
import { PARCEL_INTS, type SharedMemory, SLOTS } from './shared-memory.ts';
import { type PortRange, SourcePorts } from './source-ports.ts';
import { Strangers } from './strangers.ts';
import { TICK_MS, TimerWheel } from './timer-wheel.ts';

/** What an acceptor is given; `now` is a monotonic clock in milliseconds. */
export interface AcceptorInputs {
  readonly index: number;
  readonly acceptors: number;
  readonly sys: Sys;
  /** Loads what ends TLS; omitted for OpenSSL. Called once it is needed. */
  readonly tls?: () => Tls;
  readonly shared: SharedMemory;
  readonly eventfd: number;
  readonly sourcePorts: PortRange;
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** What was posted since the last call; of several tables only the newest. */
  readonly received: () => readonly ToAcceptor[];
  /** Start of the sequence of random numbers; any number but 0. */
  readonly seed: number;
  /** Of what is found by what strangers choose. */
  readonly hashKey: HashKey;
  /** Eight bytes that unique IDs of connections begin with; omitted for zeros. */
  readonly idPrefix?: Uint8Array;
  readonly notify: (message: FromAcceptor) => void;
  /** How listeners come to their prefaces; omitted for none. */
  readonly prefaceFor?: PrefaceFor;
}

const must = (result: number, call: string): number => {
  if (result < 0) throw new Error(`ACCEPTOR_START_FAILED: ${call} returned errno ${-result}`);
  return result;
};

/** An acceptor that serves nothing yet, and watches its eventfd. */
export const createAcceptor = (inputs: AcceptorInputs): Acceptor => {
  const { index, acceptors, sys, shared, sourcePorts } = inputs;
  const epoll = must(sys.epollCreate(), 'epoll_create1');
  shared.owners[epoll] = index + 1;
  must(sys.epollControl(epoll, EPOLL_CTL_ADD, inputs.eventfd, EPOLLIN, CONTROL_TOKEN), 'epoll_ctl');
  const connections = new Connections(inputs.idPrefix);
  const nowMs = inputs.now();
  const now = Math.floor(nowMs / TICK_MS);
  const address = new Uint8Array(16);
  let loaded: Tls | undefined;
  const tls = (): Tls => {
    loaded ??= noted((inputs.tls ?? openssl)(), shared, index);
    return loaded;
  };
  return {
    index,
    acceptors,
    sys,
    tls,
    contexts: new ServerContexts(tls),
    endpointContexts: new EndpointContexts(tls),
    epoll,
    shared,
    connections,
    buffers: new BufferPool(),
    timers: new TimerWheel(connections, now),
    counters: new Counters(shared, index),
    accessLog: new AccessRing(shared, index, inputs.seed),
    mailbox: new Mailbox(shared, index, acceptors),
    budget: new RetryBudget(),
    sourcePorts: new SourcePorts(sourcePorts, index, acceptors, nowMs),
    datagrams: new Datagrams(SLOTS.listeners, inputs.hashKey),
    ready: new ReadyQueue(),
    scratch: pinnedMemory(BUFFER_BYTES),
    peeked: pinnedMemory(PREFACE_BYTES),
    socketAddress: pinnedMemory(128),
    tcpInfo: pinnedMemory(TCP_INFO_BYTES),
    arrival: { address, words: new Int32Array(address.buffer), port: 0 },
    parcel: new Int32Array(PARCEL_INTS),
    avoid: new Set(),
    prefaceFor: inputs.prefaceFor ?? (() => undefined),
    notify: inputs.notify,
    strangers: new Strangers(inputs.notify),
    wallClock: inputs.wallClock,
    now,
    nowMs,
    random: inputs.seed,
    table: EMPTY_TABLE,
    limits: undefined,
    pacing: undefined,
    spent: 0,
    waiting: [],
    waitingAt: 0,
    shortEndedAt: Number.NEGATIVE_INFINITY,
    pausedUntil: 0,
    pauseReported: false,
    resumeReportAt: 0,
    draining: undefined,
  };
};
