import { getSystemErrorName } from 'node:util';
import { libc } from '../../../proxy/sys/libc.ts';
import { type PinnedMemory, pinnedMemory } from '../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EAGAIN,
  EINPROGRESS,
  EPOLL_CTL_ADD,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  TCP_NODELAY,
} from '../../../proxy/sys/sys.ts';
import type { LoadPlan } from './plan.ts';
import { preciseWait } from './precise-wait.ts';
import { responseLength } from './response.ts';
import { AWAITING_RESPONSE, BACKING_OFF, CONNECTING, Slots } from './slots.ts';
import type { Tally } from './tally.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';
const EVENTS = (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0;
const GONE = EPOLLERR | EPOLLHUP;
const MOST_EVENTS = 512;
const EVENT_INTS = EPOLL_EVENT_BYTES / 4;
const TOKEN_INT = EPOLL_TOKEN_BYTES / 4;
const BUFFER_BYTES = 16_384;
/** A request without a response after this time has failed. */
const RESPONSE_MS = 5_000;
const CHECK_EVERY_MS = 500;
/**
 * A slot that failed is not reused at once; otherwise a balancer that refuses would only get more requests.
 */
const BACKOFF_MS = 10;

const errnoName = (errno: number): string => getSystemErrorName(-errno);

const addressOf = (address: string, port: number): PinnedMemory & { readonly length: number } => {
  const memory = pinnedMemory(SOCKET_ADDRESS_BYTES);
  return { ...memory, length: writeSocketAddress(memory.view, 0, address, port) };
};

/**
 * Connections to one server in an epoll loop: sends requests, reads responses, tallies both. Times are in
 * milliseconds of `clock`.
 */
export class Client {
  #sys = libc();
  #wait = preciseWait();
  #epoll = this.#sys.epollCreate();
  #events = pinnedMemory(MOST_EVENTS * EPOLL_EVENT_BYTES);
  #eventInts = new Int32Array(this.#events.bytes.buffer);
  #buffer = pinnedMemory(BUFFER_BYTES);
  #request = pinnedMemory(REQUEST.length);
  #addresses: readonly (PinnedMemory & { readonly length: number })[];
  #opened = 0;
  #keepsAlive: boolean;
  #slots: Slots;
  #backingOff: number[] = [];
  #checkedAt = 0;
  #tally: Tally;
  #clock: () => number;

  constructor(plan: LoadPlan, tally: Tally, clock: () => number) {
    this.#request.bytes.set(Buffer.from(REQUEST));
    this.#addresses = plan.ports.map((port) => addressOf(plan.address, port));
    this.#keepsAlive = plan.kind === 'Requests';
    this.#slots = new Slots(plan.connections);
    this.#tally = tally;
    this.#clock = clock;
  }

  /** If connections are kept open, opens them all, in portions that fit into a short listen queue. */
  prepare(): void {
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (!this.#keepsAlive) this.#slots.release(slot);
      else {
        this.#slots.since[slot] = this.#clock();
        this.#open(slot);
        if (slot % 64 === 63) this.poll(BACKOFF_MS);
      }
    }
  }

  /** Starts a request that was due at `intended`; returns false if every connection is in use. */
  start(intended: number): boolean {
    const slot = this.#slots.take();
    if (slot < 0) return false;
    this.#slots.intended[slot] = intended;
    this.#slots.since[slot] = this.#clock();
    if (this.#keepsAlive && (this.#slots.fd[slot] as number) >= 0) this.#sendRequest(slot);
    else this.#open(slot);
    return true;
  }

  /** Handles events; waits for them for at most `timeoutMs`. */
  poll(timeoutMs: number): void {
    const count = this.#wait(this.#epoll, this.#events.address, MOST_EVENTS, timeoutMs);
    for (let i = 0; i < count; i++) {
      const slot = this.#eventInts[i * EVENT_INTS + TOKEN_INT] as number;
      this.#onEvent(slot, this.#eventInts[i * EVENT_INTS] as number);
    }
    const now = this.#clock();
    this.#endBackoffs(now);
    if (now - this.#checkedAt >= CHECK_EVERY_MS) this.#failOverdue(now);
  }

  /** Whether a request is in flight. */
  get hasRequests(): boolean {
    return this.#slots.state.some((_state, slot) => this.#isInFlight(slot));
  }

  /** Counts all requests in flight as failed. */
  giveUp(): void {
    for (let slot = 0; slot < this.#slots.count; slot++)
      if (this.#isInFlight(slot)) this.#fail(slot, 'NotAnswered');
  }

  #isInFlight(slot: number): boolean {
    const state = this.#slots.state[slot];
    return (state === CONNECTING || state === AWAITING_RESPONSE) && this.#slots.intended[slot] !== 0;
  }

  #open(slot: number): void {
    const fd = this.#sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const address = this.#addresses[this.#opened++ % this.#addresses.length];
    if (fd < 0 || address === undefined) {
      this.#fail(slot, `Client${errnoName(-fd)}`);
      return;
    }
    this.#slots.fd[slot] = fd;
    this.#slots.state[slot] = CONNECTING;
    if (this.#keepsAlive) this.#sys.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const connected = this.#sys.connect(fd, address.address, address.length);
    // An immediate failure is caused by this side: most likely it has run out of source ports.
    if (connected < 0 && connected !== -EINPROGRESS) this.#fail(slot, `Client${errnoName(-connected)}`);
    else this.#sys.epollControl(this.#epoll, EPOLL_CTL_ADD, fd, EVENTS, slot);
  }

  #sendRequest(slot: number): void {
    this.#slots.state[slot] = AWAITING_RESPONSE;
    this.#slots.received[slot] = 0;
    this.#slots.length[slot] = 0;
    const sent = this.#sys.send(this.#slots.fd[slot] as number, this.#request.address, REQUEST.length, false);
    if (sent !== REQUEST.length) this.#fail(slot, sent < 0 ? errnoName(-sent) : 'ShortSend');
  }

  #onEvent(slot: number, events: number): void {
    const state = this.#slots.state[slot];
    const fd = this.#slots.fd[slot] as number;
    if (fd < 0) return;
    if (state === CONNECTING) {
      if ((events & GONE) !== 0) this.#fail(slot, errnoName(this.#sys.socketError(fd)));
      else if ((events & EPOLLOUT) !== 0) this.#connected(slot);
    } else if (state === AWAITING_RESPONSE) {
      if ((events & (EPOLLIN | EPOLLRDHUP | GONE)) !== 0) this.#read(slot, fd);
    } else if ((events & (EPOLLRDHUP | GONE)) !== 0) this.#drop(slot); // reopened on demand
  }

  #connected(slot: number): void {
    // A connection that was opened without a request is idle now.
    if (this.#slots.intended[slot] === 0) this.#slots.release(slot);
    else this.#sendRequest(slot);
  }

  #read(slot: number, fd: number): void {
    const { received, length } = this.#slots;
    const read = this.#sys.recv(fd, this.#buffer.address, BUFFER_BYTES);
    if (read === -EAGAIN) return;
    if (read <= 0) {
      this.#fail(slot, read === 0 ? 'ClosedEarly' : errnoName(-read));
      return;
    }
    if (length[slot] === 0) {
      const integer = responseLength(Buffer.from(this.#buffer.bytes.buffer, 0, read).toString('latin1'));
      if (typeof integer === 'string') {
        this.#fail(slot, integer);
        return;
      }
      length[slot] = integer;
    }
    received[slot] = (received[slot] as number) + read;
    if ((received[slot] as number) >= (length[slot] as number)) this.#answered(slot);
  }

  #answered(slot: number): void {
    this.#tally.answered(this.#slots.intended[slot] as number, this.#clock());
    if (!this.#keepsAlive) this.#drop(slot);
    this.#slots.intended[slot] = 0;
    this.#slots.release(slot);
  }

  #fail(slot: number, why: string): void {
    const now = this.#clock();
    const intended = this.#slots.intended[slot] as number;
    if (intended !== 0) this.#tally.failed(intended, now, why);
    this.#drop(slot);
    this.#slots.state[slot] = BACKING_OFF;
    this.#slots.intended[slot] = 0;
    this.#slots.since[slot] = now;
    this.#backingOff.push(slot);
  }

  #drop(slot: number): void {
    const fd = this.#slots.fd[slot] as number;
    if (fd >= 0) this.#sys.close(fd);
    this.#slots.fd[slot] = -1;
  }

  #endBackoffs(now: number): void {
    while (this.#backingOff.length > 0) {
      if (now - (this.#slots.since[this.#backingOff[0] as number] as number) < BACKOFF_MS) return;
      this.#slots.release(this.#backingOff.shift() as number);
    }
  }

  #failOverdue(now: number): void {
    this.#checkedAt = now;
    for (let slot = 0; slot < this.#slots.count; slot++) {
      const state = this.#slots.state[slot];
      if (
        (state === CONNECTING || state === AWAITING_RESPONSE) &&
        now - (this.#slots.since[slot] as number) >= RESPONSE_MS
      )
        this.#fail(slot, 'TimedOut');
    }
  }
}
