import type { CloseReason } from '../../engine/close-reason.ts';
import { ECONNRESET, EPIPE, EPOLLERR, EPOLLHUP, IPPROTO_TCP, TCP_QUICKACK } from '../../sys/sys.ts';
import { clientKey } from '../../table/client-key.ts';
import { beginAttempt } from './attempt.ts';
import { type ConnectFailure, connectFailure } from './connect-failure.ts';
import { BROKEN, CLIENT, CONNECTING, ENDING, ENDPOINT, READ_ON, READABLE, RELAYING } from './connections.ts';
import { type Acceptor, random32 } from './context.ts';
import { leaveEndpoint, resetConnection } from './ending.ts';
import { linger } from './linger.ts';
import { beginRelay } from './relay.ts';
import type { ServedBackend } from './served-table.ts';
import { TimerWheel } from './timer-wheel.ts';
import { waitForPlace } from './waiting.ts';

/** What became of trying the next endpoint. 'Failed': another one may do better. 'Paused': each was tried, and is tried again in a moment. 'Full': each has all it may have. */
type Outcome =
  | 'Begun'
  | 'Failed'
  | 'Paused'
  | 'Full'
  | Extract<
      CloseReason,
      | 'NoEndpoint'
      | 'ConnectFailed'
      | 'ConnectTimeout'
      | 'RetryBudgetSpent'
      | 'NoDescriptors'
      | 'NoSourcePort'
    >;

const NOTHING_TRIED: readonly number[] = [];
const NONE = -1;
const FULL = -2;
/** Slot of no endpoint. */
const NOBODY = -1;
/** How long a connection waits before it tries endpoints again that it has tried: first, and each time after. */
const FIRST_PAUSE_TICKS = TimerWheel.ticks(250);
const PAUSE_TICKS = TimerWheel.ticks(1000);

/** Puts the endpoints that are full among those to avoid; returns whether any is left. All in one go: to find each by a pick of its own would take their number squared. */
const avoidFull = ({ avoid }: Acceptor, { choice, maxConnections }: ServedBackend): boolean => {
  let left = false;
  for (const { slot } of choice.candidates)
    if (Atomics.load(choice.open, slot) >= maxConnections) avoid.add(slot);
    else if (!avoid.has(slot)) left = true;
  return left;
};

/** Picks an endpoint and takes a place at it; returns its index, NONE or FULL. One that is full is passed over. */
const choose = (acceptor: Acceptor, connection: number, backend: ServedBackend): number => {
  const { connections, counters, avoid } = acceptor;
  const { pick, choice, maxConnections } = backend;
  // Even of an empty set, clear() would allocate.
  if (avoid.size > 0) avoid.clear();
  for (const slot of connections.tried.get(connection) ?? NOTHING_TRIED) avoid.add(slot);
  const clients = backend.hashesSource ? clientKey(connections.clientAddress, connection * 16) : 0;
  let full = false;
  for (;;) {
    // A random number is used once: that its endpoint was full tells what it is.
    const index = pick(choice, avoid, backend.hashesSource ? clients : random32(acceptor));
    const candidate = choice.candidates[index];
    if (candidate === undefined) return full ? FULL : NONE;
    if (counters.takeEndpoint(candidate.slot, maxConnections)) {
      connections.endpointSlot[connection] = candidate.slot;
      return index;
    }
    // Others may fill what was free when it was looked at; that one is passed over by itself.
    if (!full && !avoidFull(acceptor, backend)) return FULL;
    full = true;
    avoid.add(candidate.slot);
  }
};

/** What a connection ends with whose attempts failed: where none found a source port, the endpoint is not to blame. */
const whatFailed = ({ connections }: Acceptor, connection: number): 'ConnectFailed' | 'NoSourcePort' =>
  connections.portless[connection] === 1 ? 'NoSourcePort' : 'ConnectFailed';

/** Ticks until no attempt may begin or go on. Nothing was relayed yet, so the last activity is the arrival. */
const timeLeft = ({ connections, now }: Acceptor, connection: number, backend: ServedBackend): number =>
  (connections.lastActive[connection] as number) + backend.totalConnectTicks - now;

/**
 * Every endpoint was tried. One that restarts may be back in a moment: all of them may be tried again after a pause, if an attempt may follow then. A shortage of
 * source ports is no matter of a moment.
 */
const pauseForAnother = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  failures: number,
): boolean => {
  const { connections, timers } = acceptor;
  const { length } = backend.choice.candidates;
  const ticks = failures <= length ? FIRST_PAUSE_TICKS : PAUSE_TICKS;
  if (length === 0 || whatFailed(acceptor, connection) === 'NoSourcePort') return false;
  if (ticks >= timeLeft(acceptor, connection, backend)) return false;
  connections.tried.get(connection)?.fill(NOBODY);
  connections.state[connection] = CONNECTING;
  timers.set(connection, acceptor.now + ticks);
  return true;
};

/** Why no further attempt may follow, if so: asked before an endpoint is picked for one that is not the first. */
const whyNotRetry = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  failures: number,
): 'ConnectFailed' | 'NoSourcePort' | 'ConnectTimeout' | 'RetryBudgetSpent' | undefined => {
  const { connections, budget, counters, now } = acceptor;
  const slot = connections.backendSlot[connection] as number;
  if (timeLeft(acceptor, connection, backend) <= 0) return 'ConnectTimeout';
  if (failures > backend.retries) return whatFailed(acceptor, connection);
  if (budget.allows(slot, backend.retryBudgetPercent, now)) return undefined;
  if (whatFailed(acceptor, connection) === 'NoSourcePort') return 'NoSourcePort';
  counters.retryDenied(slot);
  return 'RetryBudgetSpent';
};

const tryNext = (acceptor: Acceptor, connection: number, backend: ServedBackend): Outcome => {
  const { connections, counters, budget } = acceptor;
  const failures = connections.tried.get(connection)?.length ?? 0;
  // The first attempt is free, and so is one in place of an attempt at an endpoint that was removed.
  const isRetry = failures > (connections.retries[connection] as number);
  if (isRetry) {
    const why = whyNotRetry(acceptor, connection, backend, failures);
    if (why !== undefined) return why;
  }
  const index = choose(acceptor, connection, backend);
  if (index === FULL) return 'Full';
  if (index === NONE) {
    if (failures === 0) return 'NoEndpoint';
    if (pauseForAnother(acceptor, connection, backend, failures)) return 'Paused';
    return whatFailed(acceptor, connection);
  }
  if (isRetry) {
    const slot = connections.backendSlot[connection] as number;
    budget.spend(slot, acceptor.now);
    counters.retried(slot);
    connections.retries[connection] = failures;
  }
  const failure = beginAttempt(acceptor, connection, backend, index);
  if (failure === undefined) {
    connections.state[connection] = CONNECTING;
    return 'Begun';
  }
  failed(acceptor, connection, failure);
  return failure === 'NoDescriptors' || failure === 'NoMemory' ? 'NoDescriptors' : 'Failed';
};

const backendNow = ({ connections, table }: Acceptor, connection: number): ServedBackend | undefined =>
  table.backends.get(connections.backendSlot[connection] as number);

/** Picks an endpoint and connects to it; on failure the next one, as far as the backend's limits allow. */
export const dial = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend | undefined = backendNow(acceptor, connection),
): void => {
  for (;;) {
    const outcome = backend === undefined ? 'NoEndpoint' : tryNext(acceptor, connection, backend);
    switch (outcome) {
      case 'Begun':
      case 'Paused':
        return;
      case 'Full':
        if (!waitForPlace(acceptor, connection))
          resetConnection(acceptor, connection, CLIENT, 'EndpointsFull');
        return;
      case 'Failed':
        break;
      case 'NoEndpoint':
      case 'ConnectFailed':
      case 'ConnectTimeout':
      case 'RetryBudgetSpent':
      case 'NoDescriptors':
      case 'NoSourcePort':
        resetConnection(acceptor, connection, CLIENT, outcome);
        return;
      default:
        outcome satisfies never;
    }
  }
};

/** Counts a failure, leaves the endpoint and remembers not to try it again for this connection. */
const failed = (acceptor: Acceptor, connection: number, failure: ConnectFailure): void => {
  const { connections, counters } = acceptor;
  const slot = connections.endpointSlot[connection] as number;
  counters.endpointFailed(connections.backendSlot[connection] as number, slot, failure);
  leaveEndpoint(acceptor, connection);
  connections.failedEndpoint[connection] = slot;
  connections.portless[connection] = failure === 'NoSourcePort' ? 1 : 0;
  const tried = connections.tried.get(connection);
  if (tried === undefined) connections.tried.set(connection, [slot]);
  else tried.push(slot);
};

/** The attempt to connect failed: tries another endpoint. */
export const redial = (acceptor: Acceptor, connection: number, failure: ConnectFailure): void => {
  acceptor.timers.clear(connection);
  failed(acceptor, connection, failure);
  dial(acceptor, connection);
};

/** The endpoint that is being connected to was removed: tries one of the new table, which costs the connection no retry. */
export const dialAnother = (acceptor: Acceptor, connection: number): void => {
  acceptor.timers.clear(connection);
  leaveEndpoint(acceptor, connection);
  dial(acceptor, connection);
};

/** The kernel says how the attempt to connect went. */
export const dialed = (acceptor: Acceptor, connection: number, events: number): void => {
  const { connections, sys } = acceptor;
  const place = connection * 2 + ENDPOINT;
  let isBroken = false;
  if ((events & (EPOLLERR | EPOLLHUP)) !== 0) {
    const fd = connections.fd[place] as number;
    const errno = sys.socketError(fd);
    // A reset comes after a connection: what was said before it is the client's. Of one that said nothing another endpoint knows no worse.
    const answered = (errno === ECONNRESET || errno === EPIPE) && sys.peek(fd) > 0;
    if (!answered) {
      redial(acceptor, connection, connectFailure(errno));
      return;
    }
    isBroken = true;
    // By this error the kernel says that the reset came behind an end of stream.
    const closedFirst = errno === EPIPE ? ENDING : 0;
    connections.flags[place] =
      (connections.flags[place] as number) | BROKEN | READABLE | READ_ON | closedFirst;
  }
  connections.state[connection] = RELAYING;
  connections.tried.delete(connection);
  acceptor.counters.endpointConnected(
    connections.backendSlot[connection] as number,
    connections.endpointSlot[connection] as number,
    acceptor.nowMs - (connections.attempted[connection] as number),
  );
  connections.lastActive[connection] = acceptor.now;
  acceptor.timers.set(connection, acceptor.now + (connections.idleTicks[connection] as number));
  if (isBroken) linger(acceptor, connection);
  beginRelay(acceptor, connection);
  // The handshake's last packet has gone with the client's first bytes (attempt.ts), or goes now: an endpoint that speaks first waits for it.
  if (connections.state[connection] === RELAYING)
    sys.setOption(connections.fd[place] as number, IPPROTO_TCP, TCP_QUICKACK, 1);
};
