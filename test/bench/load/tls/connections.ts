import { getSystemErrorName } from 'node:util';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
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
} from '../../../../proxy/sys/sys.ts';
import { AGAIN, FAILED, OpensslClient } from './openssl-client.ts';
import type { TlsPlan } from './plan.ts';

const EVENTS = (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET) >>> 0;
const MOST_EVENTS = 256;
/** How long a slot whose connection failed waits: a peer that refuses would only get more work otherwise. */
const BACKOFF_MS = 10;

/** What is done with a connection once its handshake is complete. */
export interface Exchange {
  /** The handshake is complete: bytes may be sent. */
  onOpen(slot: number): void;
  /** Something can be read or written. Edges: it goes on until neither is possible. */
  onReady(slot: number): void;
}

/** A fixed number of TLS connections to one server, in an epoll loop; what was closed is opened again. */
export class TlsConnections {
  readonly failures: Record<string, number> = {};
  /** Completed handshakes, and how many of them resumed a session. */
  handshakes = 0;
  resumed = 0;
  readonly openssl: OpensslClient;
  #sys = libc();
  #epoll = this.#sys.epollCreate();
  #events = pinnedMemory(MOST_EVENTS * EPOLL_EVENT_BYTES);
  #address = pinnedMemory(SOCKET_ADDRESS_BYTES);
  #addressLength: number;
  /** By slot; 0 for none. */
  #connections: Float64Array;
  #sessions: Float64Array;
  #fds: Int32Array;
  #isOpen: Uint8Array;
  #resumes: boolean;
  #waiting: { readonly slot: number; readonly until: number }[] = [];
  #exchange: Exchange | undefined;
  #stopped = false;

  constructor(plan: TlsPlan) {
    this.openssl = new OpensslClient(plan.groups, plan.serverName, plan.certificate);
    this.#addressLength = writeSocketAddress(this.#address.view, 0, plan.address, plan.port);
    this.#connections = new Float64Array(plan.connections);
    this.#sessions = new Float64Array(plan.connections);
    this.#fds = new Int32Array(plan.connections).fill(-1);
    this.#isOpen = new Uint8Array(plan.connections);
    this.#resumes = plan.kind === 'Resumed';
  }

  /** Opens every connection, for this work. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    for (let slot = 0; slot < this.#fds.length; slot++) this.#open(slot);
  }

  /** Opens none any more. */
  stop(): void {
    this.#stopped = true;
  }

  get openCount(): number {
    return this.#fds.reduce((count, fd) => (fd < 0 ? count : count + 1), 0);
  }

  connectionOf(slot: number): number {
    return this.#connections[slot] as number;
  }

  isOpen(slot: number): boolean {
    return this.#isOpen[slot] === 1;
  }

  /** Handles events; waits for them for at most `timeoutMs`. */
  poll(timeoutMs: number): void {
    const count = this.#sys.epollWait(this.#epoll, this.#events.address, MOST_EVENTS, timeoutMs);
    for (let i = 0; i < count; i++) {
      const at = i * EPOLL_EVENT_BYTES;
      const slot = this.#events.view.getInt32(at + EPOLL_TOKEN_BYTES, true);
      if ((this.#fds[slot] as number) >= 0) this.#onEvent(slot, this.#events.view.getUint32(at, true));
    }
    const now = performance.now();
    while (this.#waiting[0] !== undefined && this.#waiting[0].until <= now)
      this.#open((this.#waiting.shift() as { slot: number }).slot);
  }

  /** The connection has done its work: the next one follows. */
  finish(slot: number): void {
    if (this.#resumes) {
      this.openssl.freeSession(this.#sessions[slot] as number);
      this.#sessions[slot] = this.openssl.sessionOf(this.connectionOf(slot));
    }
    this.#close(slot);
    this.#open(slot);
  }

  fail(slot: number, why: string): void {
    this.failures[why] = (this.failures[why] ?? 0) + 1;
    this.#close(slot);
    this.#waiting.push({ slot, until: performance.now() + BACKOFF_MS });
  }

  #open(slot: number): void {
    if (this.#stopped) return;
    const fd = this.#sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new Error(`no socket for a client: ${getSystemErrorName(fd)}`);
    this.#fds[slot] = fd;
    this.#sys.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const connected = this.#sys.connect(fd, this.#address.address, this.#addressLength);
    if (connected < 0 && connected !== -EINPROGRESS) {
      this.fail(slot, getSystemErrorName(connected));
      return;
    }
    this.#connections[slot] = this.openssl.connect(fd, this.#sessions[slot] as number);
    this.#sys.epollControl(this.#epoll, EPOLL_CTL_ADD, fd, EVENTS, slot);
  }

  #onEvent(slot: number, events: number): void {
    if (this.isOpen(slot)) {
      this.#exchange?.onReady(slot);
      return;
    }
    const error =
      (events & (EPOLLERR | EPOLLHUP)) === 0 ? 0 : this.#sys.socketError(this.#fds[slot] as number);
    if (error !== 0) {
      this.fail(slot, getSystemErrorName(-Math.abs(error)));
      return;
    }
    const outcome = this.openssl.handshake(this.connectionOf(slot));
    if (outcome === AGAIN) return;
    if (outcome === FAILED) {
      this.fail(slot, this.openssl.reason);
      return;
    }
    this.#isOpen[slot] = 1;
    this.handshakes++;
    if (this.openssl.isResumed(this.connectionOf(slot))) this.resumed++;
    this.#exchange?.onOpen(slot);
  }

  #close(slot: number): void {
    if (this.connectionOf(slot) !== 0) this.openssl.free(this.connectionOf(slot));
    this.#connections[slot] = 0;
    this.#sys.close(this.#fds[slot] as number);
    this.#fds[slot] = -1;
    this.#isOpen[slot] = 0;
  }
}
