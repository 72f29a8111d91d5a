import type { CloseReason } from '../../engine/close-reason.ts';
import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { ECONNRESET, EPIPE, EPOLLERR, EPOLLHUP, IPPROTO_TCP, TCP_QUICKACK } from '../../sys/sys.ts';
import { beginAttempt } from './attempt.ts';
import { chooseEndpoint, FULL, NONE } from './choose-endpoint.ts';
import { connectFailure } from './connect-failure.ts';
import { BROKEN, CLIENT, CONNECTING, ENDING, ENDPOINT, READ_ON, READABLE, RELAYING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { resetConnection } from './ending.ts';
import { beginOpening, type OpeningProgress, readOpening } from './endpoint-opening.ts';
import { noteFailure } from './failed-attempt.ts';
import { firstByteBy } from './first-byte.ts';
import { leaveEndpoint } from './leave-endpoint.ts';
import { linger } from './linger.ts';
import { dropPending } from './pending.ts';
import { beginRelay } from './relay.ts';
import { isSecured, type SecuringProgress, secure } from './secure-endpoint.ts';
import { releaseHeader, sendHeader } from './send-header.ts';
import type { ServedBackend } from './served-table.ts';
import { TimerWheel } from './timer-wheel.ts';
import { waitForCapacity } from './waiting.ts';

/**
 * What became of trying the next endpoint. 'Failed': another one may do better. 'Paused': each was tried, and
 * will be tried again in a moment. 'Full': each has all the connections it may have.
 */
type Outcome =
  | 'Begun'
  | 'Failed'
  | 'Paused'
  | 'Full'
  | Extract<
      CloseReason,
      | 'NoEndpoint'
      | 'ConnectFailed'
      | 'EndpointNotVerified'
      | 'EndpointTlsNotReady'
      | 'ConnectTimeout'
      | 'RetryBudgetSpent'
      | 'NoDescriptors'
      | 'NoSourcePort'
    >;

/** Slot of no endpoint. */
const NO_ENDPOINT = -1;
/**
 * How long a connection pauses before it tries endpoints again that have failed: the first time, and each
 * later time.
 */
const FIRST_PAUSE_TICKS = TimerWheel.ticks(250);
const PAUSE_TICKS = TimerWheel.ticks(1000);

/** By FAILED_…: why a connection ends. If no port was found, endpoints are not to blame. */
const FAILURE_REASONS = ['ConnectFailed', 'NoSourcePort', 'EndpointNotVerified'] as const;
type FailureReason = (typeof FAILURE_REASONS)[number];

const whatFailed = ({ connections }: Acceptor, connection: number): FailureReason =>
  FAILURE_REASONS[connections.lastFailure[connection] as number] as FailureReason;

/**
 * Ticks until no attempt may begin or go on. Nothing was relayed yet: the last activity is when dialling
 * began.
 */
const timeLeft = ({ connections, now }: Acceptor, connection: number, backend: ServedBackend): number =>
  (connections.lastActive[connection] as number) + backend.totalConnectTicks - now;

/**
 * Every endpoint was tried. One that is restarting may soon be back: all of them may be tried again after a
 * pause, if an attempt is still allowed then. A shortage of source ports does not pass that soon.
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
  connections.tried.get(connection)?.fill(NO_ENDPOINT);
  connections.state[connection] = CONNECTING;
  timers.set(connection, acceptor.now + ticks);
  return true;
};

/**
 * Why no further attempt is allowed, if so. Asked before an endpoint is picked for any attempt but the first.
 */
const whyNotRetry = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  failures: number,
): FailureReason | 'ConnectTimeout' | 'RetryBudgetSpent' | undefined => {
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
  // The first attempt is free, and so is one that replaces an attempt at an endpoint that was removed.
  const isRetry = failures > (connections.retries[connection] as number);
  if (isRetry) {
    const why = whyNotRetry(acceptor, connection, backend, failures);
    if (why !== undefined) return why;
  }
  const index = chooseEndpoint(acceptor, connection, backend);
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
  noteFailure(acceptor, connection, failure);
  if (failure === 'TlsNotReady') return 'EndpointTlsNotReady';
  return failure === 'NoDescriptors' || failure === 'NoMemory' ? 'NoDescriptors' : 'Failed';
};

const backendNow = ({ connections, table }: Acceptor, connection: number): ServedBackend | undefined =>
  table.backends.get(connections.backendSlot[connection] as number);

/**
 * Picks an endpoint and begins to connect to it; after a failure the next one, as far as the backend's limits
 * allow.
 */
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
        if (!waitForCapacity(acceptor, connection))
          resetConnection(acceptor, connection, CLIENT, 'EndpointsFull');
        return;
      case 'Failed':
        break;
      case 'NoEndpoint':
      case 'ConnectFailed':
      case 'EndpointNotVerified':
      case 'EndpointTlsNotReady':
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

/** Dials for the first time, the backend in `backendSlot`. */
export const dialFirst = (acceptor: Acceptor, connection: number): void => {
  const { connections, table, budget } = acceptor;
  const slot = connections.backendSlot[connection] as number;
  const backend = table.backends.get(slot);
  if (backend !== undefined) budget.earn(slot, backend.retryBudgetPercent);
  dial(acceptor, connection, backend ?? table.gone.get(slot));
  // A backend that has gone gets its attempts now or never: the slot may be another backend's later.
  if (backend === undefined) connections.backendSlot[connection] = -1;
};

/** An attempt to connect has failed: tries another endpoint. */
export const redial = (acceptor: Acceptor, connection: number, failure: ConnectFailure): void => {
  acceptor.timers.clear(connection);
  noteFailure(acceptor, connection, failure);
  dial(acceptor, connection);
};

/**
 * The endpoint being connected to was removed: tries one of the new table, which does not count as a retry.
 */
export const dialAnother = (acceptor: Acceptor, connection: number): void => {
  acceptor.timers.clear(connection);
  leaveEndpoint(acceptor, connection);
  dial(acceptor, connection);
};

/** The kernel reports how the attempt to connect went. */
export const onConnectResult = (acceptor: Acceptor, connection: number, events: number): void => {
  const { connections, sys } = acceptor;
  const endpoint = connection * 2 + ENDPOINT;
  let isBroken = false;
  if ((events & (EPOLLERR | EPOLLHUP)) !== 0) {
    const fd = connections.fd[endpoint] as number;
    const errno = sys.socketError(fd);
    // The endpoint did connect before it reset: what it sent before that belongs to the client. If it sent
    // nothing, another endpoint can serve the client as well.
    const answered =
      !connections.openings.has(connection) &&
      !isSecured(acceptor, connection) &&
      (errno === ECONNRESET || errno === EPIPE) &&
      sys.peek(fd, acceptor.scratch.address, 1) > 0;
    if (!answered) {
      redial(acceptor, connection, connectFailure(errno));
      return;
    }
    isBroken = true;
    // With this error the kernel says that the reset came behind an end of stream.
    const closedFirst = errno === EPIPE ? ENDING : 0;
    connections.flags[endpoint] =
      (connections.flags[endpoint] as number) | BROKEN | READABLE | READ_ON | closedFirst;
  }
  const hasHeader = connections.header[connection] !== 0 && !isBroken;
  if (hasHeader) {
    const sent = sendHeader(acceptor, connection);
    if (sent < 0) {
      redial(acceptor, connection, connectFailure(-sent));
      return;
    }
  }
  if (isSecured(acceptor, connection)) {
    beginSecuring(acceptor, connection, hasHeader);
    return;
  }
  const opening = connections.openings.get(connection);
  if (opening === undefined) {
    establish(acceptor, connection, isBroken, hasHeader);
    return;
  }
  if (hasHeader) releaseHeader(acceptor, connection);
  onOpeningProgress(acceptor, connection, beginOpening(acceptor, connection, opening));
};

/** Goes on where an endpoint has got to that is told to begin TLS. */
const onOpeningProgress = (acceptor: Acceptor, connection: number, progress: OpeningProgress): void => {
  switch (progress) {
    case 'Waiting':
      return;
    case 'Failed':
      redial(acceptor, connection, 'NoStartTls');
      return;
    case 'Done':
      acceptor.connections.openings.delete(connection);
      establish(acceptor, connection, false, false);
      return;
    default:
      progress satisfies never;
  }
};

/** Bytes of an endpoint have arrived that is told to begin TLS, or it has gone. */
export const onOpeningEvent = (acceptor: Acceptor, connection: number, events: number): void => {
  const progress = readOpening(acceptor, connection);
  const hasGone = progress === 'Waiting' && (events & (EPOLLERR | EPOLLHUP)) !== 0;
  onOpeningProgress(acceptor, connection, hasGone ? 'Failed' : progress);
};

/** TLS with an endpoint begins, right behind the header, which is sent in the clear. */
const beginSecuring = (acceptor: Acceptor, connection: number, hasHeader: boolean): void => {
  // What is left of a header would be sent as part of the stream.
  if ((acceptor.connections.pendingBuffer[connection * 2 + ENDPOINT] as number) >= 0) {
    dropPending(acceptor, connection * 2 + ENDPOINT);
    redial(acceptor, connection, 'NoMemory');
    return;
  }
  const progress = secure(acceptor, connection);
  if (hasHeader) releaseHeader(acceptor, connection);
  onSecuringProgress(acceptor, connection, progress);
};

const onSecuringProgress = (acceptor: Acceptor, connection: number, progress: SecuringProgress): void => {
  if (progress === 'Waiting') return;
  if (progress === 'Done') establish(acceptor, connection, false, false);
  else redial(acceptor, connection, progress);
};

/** Bytes of an endpoint have arrived with which TLS is being agreed upon, or it takes bytes, or has gone. */
export const onSecuringEvent = (acceptor: Acceptor, connection: number, events: number): void => {
  const progress = secure(acceptor, connection);
  const hasGone = progress === 'Waiting' && (events & (EPOLLERR | EPOLLHUP)) !== 0;
  onSecuringProgress(acceptor, connection, hasGone ? 'Reset' : progress);
};

/** The endpoint is ready for what the client sends: relaying begins. */
const establish = (acceptor: Acceptor, connection: number, isBroken: boolean, hasHeader: boolean): void => {
  const { connections, sys } = acceptor;
  const endpoint = connection * 2 + ENDPOINT;
  connections.state[connection] = RELAYING;
  connections.tried.delete(connection);
  acceptor.counters.endpointConnected(
    connections.backendSlot[connection] as number,
    connections.endpointSlot[connection] as number,
    acceptor.nowMs - (connections.attempted[connection] as number),
  );
  connections.lastActive[connection] = acceptor.now;
  const idleAt = acceptor.now + (connections.idleTicks[connection] as number);
  acceptor.timers.set(connection, Math.min(idleAt, firstByteBy(acceptor, connection) ?? idleAt));
  if (isBroken) linger(acceptor, connection);
  beginRelay(acceptor, connection);
  if (hasHeader && connections.state[connection] === RELAYING) releaseHeader(acceptor, connection);
  // The last packet of the handshake has left with the client's first bytes (attempt.ts), or leaves now: an
  // endpoint that speaks first waits for it.
  if (connections.state[connection] === RELAYING)
    sys.setOption(connections.fd[endpoint] as number, IPPROTO_TCP, TCP_QUICKACK, 1);
};
