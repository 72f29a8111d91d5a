import type { BackendPolicy } from '../../../../proxy/configuration/backend-policy.ts';
import type { LimitsPolicy } from '../../../../proxy/configuration/limits-policy.ts';
import { CLOSES, type CloseReason } from '../../../../proxy/engine/close-reason.ts';
import { setKeepalive } from '../../../../proxy/relay-engine/acceptor/keepalive.ts';
import { allocateLimits } from '../../../../proxy/relay-engine/acceptor/limits/limits-memory.ts';
import { runAcceptor } from '../../../../proxy/relay-engine/acceptor/loop.ts';
import type { AcceptorTable, ToAcceptor } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import type { PrefaceFor } from '../../../../proxy/relay-engine/acceptor/preface.ts';
import {
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerTotalsAt,
  SLOTS,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { type PinnedMemory, pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EAGAIN,
  EINPROGRESS,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_INFO,
  TCP_INFO_BYTES,
} from '../../../../proxy/sys/sys.ts';
import { freePorts } from '../../../../tooling/process/free-ports.ts';
import { awaitDelivery } from '../../await-delivery.ts';
import { backendForTest, inputsForTest, listenerForTest, tableForTest } from './acceptor.ts';

const SO_RCVBUF = 8;
/** A run that takes longer has failed. */
const DEADLINE_MS = 60_000;
/** The longest wait of a turn, whatever the loop waits for; then the script continues. */
const TURN_MS = 5;

/** Bytes that the acceptor has read from a socket. */
export interface Read {
  readonly turn: number;
  readonly fd: number;
  readonly bytes: number;
}

/** Both ends of a connection through the acceptor, and the acceptor's own sockets. */
export interface Pair {
  readonly client: number;
  readonly endpoint: number;
  readonly toClient: number;
  readonly toEndpoint: number;
}

/** What a script works with. Its sockets are non-blocking. */
export interface World {
  readonly sys: Sys;
  /** The script's own buffer; bytes to be sent are at its start. */
  readonly memory: PinnedMemory;
  /** Turns of the loop that have begun. */
  turn: number;
  /** The acceptor's clock in milliseconds; only the script advances it, unless it is the real one. */
  clockMs: number;
  readonly reads: Read[];
  /** Reads of the acceptor that found nothing. */
  emptyReads: number;
  /** Called once, between the kernel's next answer and the acceptor reading its clock. */
  afterEvents: (() => void) | undefined;
  /** Makes every epoll_wait return as many events as a turn handles, as after a backlog. */
  isFlooded: boolean;
  /** The first table of the acceptor. */
  readonly table: AcceptorTable;
  /** How many connections ended for a reason, in any phase. */
  closes(reason: CloseReason): number;
  /** Bytes received from clients. */
  received(): number;
  /** How many descriptors connections hold. */
  held(): number;
  /** Sends a message as the control thread does; it is handled in the next turn. */
  post(message: ToAcceptor): void;
  /** Begins to connect a client. */
  dial(): number;
  /** Accepts a connection at a backend's endpoint; -EAGAIN if there is none. */
  acceptAt(backend: number): number;
  /** Opens a connection; done once both ends have it. */
  connect(): Generator<void, Pair>;
}

export interface SteppedOptions {
  readonly idleMs?: number;
  readonly halfClosedMs?: number;
  /** Uses the real clock, and the kernel's own figures about sockets. */
  readonly isClockReal?: boolean;
  /** Interval of keepalive probes on both sides, in seconds. */
  readonly keepaliveSeconds?: number;
  /**
   * The size of the receive buffer for a client's bytes; by default, the kernel tunes it.
   */
  readonly receiveBytes?: number;
  /** The number of backends, with one endpoint each; the listener uses the first one. */
  readonly backends?: number;
  readonly prefaceFor?: PrefaceFor;
  readonly backendPolicy?: Partial<BackendPolicy>;
  /** Most bytes that the kernel takes of the acceptor's first send, or the negative errno that it returns. */
  readonly firstSend?: number;
  readonly firstByteMs?: number;
  readonly limits?: LimitsPolicy;
}

const addressOf = (port: number): PinnedMemory => {
  const memory = pinnedMemory(128);
  writeSocketAddress(memory.view, 0, '127.0.0.1', port);
  return memory;
};

const listenOn = (sys: Sys, port: number): number => {
  const fd = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sys.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const bound = sys.bind(fd, addressOf(port).address, 16);
  const listening = sys.listen(fd, 128);
  if (bound < 0 || listening < 0) throw new Error(`bind ${bound}, listen ${listening} on port ${port}`);
  return fd;
};

/**
 * Runs the loop of an acceptor in the test's own thread, on real sockets. `script` advances by one step
 * before each turn, and the loop ends with it. So the script, and no clock, decides what happens in which
 * turn.
 */
export const runStepped = async (
  script: (world: World) => Generator<void>,
  {
    idleMs = 60_000,
    halfClosedMs = idleMs,
    isClockReal = false,
    keepaliveSeconds = 0,
    receiveBytes,
    backends = 1,
    prefaceFor,
    backendPolicy,
    firstSend,
    firstByteMs,
    limits,
  }: SteppedOptions = {},
): Promise<World> => {
  const sys = libc();
  const [port, ...endpointPorts] = (await freePorts(1 + backends)) as [number, ...number[]];
  const eventfd = sys.eventfd();
  const mail: ToAcceptor[] = [];
  const listener = listenOn(sys, port);
  const endpoints = endpointPorts.map((endpointPort) => listenOn(sys, endpointPort));
  const own: number[] = [listener, ...endpoints];
  const keepalive = { timeSeconds: keepaliveSeconds, intervalSeconds: keepaliveSeconds, probes: 0 };
  sys.setOption(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
  setKeepalive(sys, listener, keepalive); // a client's socket inherits it
  if (receiveBytes !== undefined) sys.setOption(listener, SOL_SOCKET, SO_RCVBUF, receiveBytes);
  let [toClient, toEndpoint] = [-1, -1];
  const address = addressOf(port);
  const from = pinnedMemory(SOCKET_ADDRESS_BYTES);
  const world: World = {
    sys,
    memory: pinnedMemory(1 << 20),
    turn: 0,
    clockMs: isClockReal ? performance.now() : 1_000,
    reads: [],
    emptyReads: 0,
    afterEvents: undefined,
    isFlooded: false,
    table: tableForTest({
      descriptorLimit: 1_000,
      listeners: [
        listenerForTest(listener, port, {
          idleMs,
          halfClosedMs,
          keepalive,
          ...(firstByteMs === undefined ? {} : { firstByteMs }),
          ...(limits === undefined ? {} : { limits }),
        }),
      ],
      limits: allocateLimits(1, SLOTS.listeners, 4096, [
        { low: 7, high: 1 },
        { low: 8, high: 2 },
      ]),
      backends: endpointPorts.map((endpointPort, slot) => ({
        ...backendForTest([{ address: '127.0.0.1', port: endpointPort, slot }], backendPolicy),
        slot,
      })),
    }),
    closes(reason) {
      const at = listenerTotalsAt(0, 0) + LISTENER_TOTALS.Closes;
      const { totals } = inputs.shared;
      return CLOSES.reduce(
        (sum, close, index) => sum + (close.reason === reason ? (totals[at + index] as number) : 0),
        0,
      );
    },
    received() {
      return inputs.shared.totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.Received] as number;
    },
    held() {
      return Atomics.load(inputs.shared.held, 0);
    },
    post(message) {
      mail.push(message);
      sys.signal(eventfd);
    },
    dial() {
      const client = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      own.push(client);
      const connected = sys.connect(client, address.address, 16);
      if (connected < 0 && connected !== -EINPROGRESS) throw new Error(`connect: ${connected}`);
      return client;
    },
    acceptAt(backend) {
      const endpoint = sys.accept(endpoints[backend] as number, from.address);
      if (endpoint >= 0) own.push(endpoint);
      else if (endpoint !== -EAGAIN) throw new Error(`accept: ${endpoint}`);
      return endpoint;
    },
    *connect() {
      const client = world.dial();
      for (;;) {
        yield;
        const endpoint = world.acceptAt(0);
        if (endpoint >= 0) return { client, endpoint, toClient, toEndpoint };
      }
    },
  };
  let sends = 0;
  const steps = script(world);
  // The kernel's clock is not the script's: the time when data was last sent is that of the script, which on
  // one machine is the time of its acknowledgement.
  const info = pinnedMemory(TCP_INFO_BYTES);
  const acknowledged = new Map<number, { readonly bytes: bigint; readonly atMs: number }>();
  const follow = (fd: number): void => {
    if (sys.tcpInfo(fd, info) < 0) {
      acknowledged.delete(fd);
      return;
    }
    const bytes = info.view.getBigUint64(TCP_INFO.BytesAcknowledged, true);
    const before = acknowledged.get(fd);
    // An end of stream counts as a byte, but is not data. (The acceptor notices a lone byte when it passes it
    // on.)
    const isData = before === undefined || bytes - before.bytes > 1n;
    acknowledged.set(fd, { bytes, atMs: isData ? world.clockMs : before.atMs });
  };
  const give = performance.now() + DEADLINE_MS;
  const inputs = inputsForTest(
    {
      ...sys,
      accept: (fd, at) => {
        const accepted = sys.accept(fd, at);
        if (accepted >= 0) toClient = accepted;
        follow(accepted);
        return accepted;
      },
      socket: (...all) => {
        toEndpoint = sys.socket(...all);
        follow(toEndpoint);
        return toEndpoint;
      },
      send: (fd, at, length, endFollows) => {
        const most = sends++ === 0 ? (firstSend ?? length) : length;
        if (most < 0) return most;
        return most === 0 ? -EAGAIN : sys.send(fd, at, Math.min(most, length), endFollows);
      },
      recv: (fd, at, length) => {
        const bytes = sys.recv(fd, at, length);
        if (bytes === -EAGAIN) world.emptyReads++;
        if (bytes > 0) world.reads.push({ turn: world.turn, fd, bytes });
        return bytes;
      },
      tcpInfo: (fd, into) => {
        const result = sys.tcpInfo(fd, into);
        if (isClockReal) return result;
        follow(fd);
        const since = world.clockMs - (acknowledged.get(fd)?.atMs ?? 0);
        into.view.setUint32(TCP_INFO.SinceLastDataSentMs, since, true);
        // A peer that is alive answers the kernel's keepalive and window probes, whatever happens to the
        // data.
        into.view.setUint32(TCP_INFO.SinceLastAcknowledgmentMs, 0, true);
        return result;
      },
      epollWait: (epoll, at, max, timeoutMs) => {
        if (performance.now() > give) throw new Error(`not done after ${world.turn} turns`);
        if (isClockReal) world.clockMs = performance.now();
        awaitDelivery();
        for (const fd of acknowledged.keys()) follow(fd);
        if (steps.next().done) inputs.shared.ints[intsAt(0) + INTS.Stop] = 1;
        world.turn++;
        awaitDelivery();
        const count = sys.epollWait(epoll, at, max, Math.min(timeoutMs, TURN_MS));
        const { afterEvents } = world;
        world.afterEvents = undefined;
        afterEvents?.();
        return world.isFlooded ? max : count;
      },
    },
    {
      eventfd,
      now: () => {
        if (isClockReal) world.clockMs = performance.now();
        return world.clockMs;
      },
      received: () => mail.splice(0),
      ...(prefaceFor === undefined ? {} : { prefaceFor }),
    },
  );
  world.post({ type: 'Table', table: world.table });
  try {
    runAcceptor(inputs);
  } finally {
    for (const fd of [...own, eventfd]) sys.close(fd);
  }
  return world;
};
