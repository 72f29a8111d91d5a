import { isIPv6 } from 'node:net';
import type { ProxyFinding } from '../../report/finding.ts';
import { type Binding, bindingKey, bindingText, overlap, type Protocol } from '../configuration/binding.ts';
import type { Keepalive } from '../configuration/listener-policy.ts';
import { pinnedMemory } from '../sys/memory.ts';
import { writeSocketAddress } from '../sys/socket-address.ts';
import {
  AF_INET,
  AF_INET6,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EMFILE,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  type Sys,
} from '../sys/sys.ts';
import type { TableListener } from '../table/table.ts';
import { readKernelKeepalive } from './kernel-keepalive.ts';
import { BindRefused, listenFinding } from './listen-finding.ts';
import { type SocketKind, socketKinds } from './socket-kinds.ts';

const must = (call: string, result: number): number => {
  if (result < 0) throw new BindRefused(call, -result);
  return result;
};

/** The sockets of a binding by acceptor. */
interface Opened {
  readonly binding: Binding;
  readonly sockets: readonly number[];
  /** Whether it accepts no new handshakes, because it is about to be closed. */
  leaving: boolean;
  /** The keepalive settings given to the sockets; undefined while they follow the kernel's. */
  keepalive?: Keepalive;
}

type RequestedListener = Binding & Pick<TableListener, 'name' | 'policy'>;

/**
 * The listening sockets of every binding: one for each acceptor, in one SO_REUSEPORT group. The control
 * thread opens them, so that a port in use is one clear finding before anything changes, and so that the
 * queue of a dead acceptor is still there for its replacement.
 */
export class ListeningSockets {
  #sys: Sys;
  #acceptors: number;
  #maxSockets: number;
  #holder: (binding: Binding) => string | undefined;
  #opened = new Map<string, Opened>();
  /** Datagrams that the queues of closed sockets had dropped, by binding, so that totals never fall. */
  #pastDrops = new Map<string, number>();
  #address = pinnedMemory(128);
  #family: number;
  #kinds: Readonly<Record<Protocol, SocketKind>>;

  /**
   * `maxSockets` may be open at once. `holder` says what else in this process uses a binding, for the finding
   * about it. `onNotMerged` is called once if the kernel does not merge datagrams, with its errno.
   */
  constructor(
    sys: Sys,
    acceptors: number,
    maxSockets: number,
    holder: (binding: Binding) => string | undefined = () => undefined,
    onNotMerged: (errno: number) => void = () => undefined,
  ) {
    this.#sys = sys;
    this.#acceptors = acceptors;
    this.#maxSockets = maxSockets;
    this.#holder = holder;
    let isReported = false;
    this.#kinds = socketKinds(sys, (errno) => {
      if (!isReported) onNotMerged(errno);
      isReported = true;
    });
    // Only a lack of IPv6 counts: a shortage at the start must not disable IPv6 for good.
    this.#family = AF_INET6;
    const refused = this.#bindErrno();
    if (refused === EAFNOSUPPORT || refused === EADDRNOTAVAIL) this.#family = AF_INET;
  }

  /** The sockets of a listener by acceptor, opened if needed, with its keepalive; a finding on failure. */
  open(listener: RequestedListener): readonly number[] | ProxyFinding {
    const opened = this.#opened.get(bindingKey(listener)) ?? this.#open(listener);
    if (!('sockets' in opened)) return opened;
    this.#cancelLeaving(opened);
    this.#applyKeepalive(opened, listener.policy.keepalive);
    return opened.sockets;
  }

  #open(listener: RequestedListener): Opened | ProxyFinding {
    if ((this.#opened.size + 1) * this.#acceptors > this.#maxSockets)
      return listenFinding(listener, new BindRefused('socket', EMFILE), undefined);
    const sockets: number[] = [];
    try {
      this.#probe(listener);
      for (let i = 0; i < this.#acceptors; i++) sockets.push(this.#bindSocket(listener, true));
      for (const socket of sockets) must('listen', this.#kinds[listener.protocol].listen(socket));
    } catch (error) {
      for (const socket of sockets) this.#sys.close(socket);
      if (error instanceof BindRefused) return listenFinding(listener, error, this.#holderOf(listener));
      throw error;
    }
    const opened = { binding: listener, sockets, leaving: false };
    this.#opened.set(bindingKey(listener), opened);
    return opened;
  }

  /**
   * Stops new handshakes at the bindings that are not in `staying`, and returns those where they were not
   * stopped already.
   */
  leaveAllBut(staying: ReadonlySet<string>): readonly string[] {
    const leaving = [...this.#opened].filter(([key, opened]) => !staying.has(key) && !opened.leaving);
    for (const [, opened] of leaving) {
      opened.leaving = true;
      for (const socket of opened.sockets) this.#kindOf(opened).beginLeaving(socket);
    }
    return leaving.map(([key]) => key);
  }

  isLeaving(key: string): boolean {
    return this.#opened.get(key)?.leaving === true;
  }

  /** Whether clients of a binding have no sockets of their own. */
  hasSessions(key: string): boolean {
    const opened = this.#opened.get(key);
    return opened !== undefined && this.#kindOf(opened).hasSessions;
  }

  /** Handshakes in progress at a binding's port; a negative errno if the kernel does not report them. */
  handshakes(key: string): number {
    const opened = this.#opened.get(key);
    return opened === undefined
      ? 0
      : this.#kindOf(opened).handshakes(this.#familyOf(opened.binding), opened.binding.port);
  }

  /** Datagrams that were dropped because a queue of this binding was full. */
  queueDrops(key: string): number {
    const opened = this.#opened.get(key);
    const past = this.#pastDrops.get(key) ?? 0;
    if (opened === undefined || !this.#kindOf(opened).hasSessions) return past;
    return opened.sockets.reduce((sum, socket) => sum + Math.max(0, this.#sys.queueDrops(socket)), past);
  }

  /**
   * Closes the sockets of every binding that is not in `keys`; no acceptor may serve them any more. Returns
   * true if any were closed.
   */
  keepOnly(keys: ReadonlySet<string>): boolean {
    const before = this.#opened.size;
    for (const [key, { sockets }] of this.#opened) {
      if (keys.has(key)) continue;
      const drops = this.queueDrops(key);
      if (drops > 0) this.#pastDrops.set(key, drops);
      for (const socket of sockets) this.#sys.close(socket);
      this.#opened.delete(key);
    }
    return this.#opened.size < before;
  }

  /** Accepts handshakes again, if the binding was leaving. */
  #cancelLeaving(opened: Opened): void {
    if (opened.leaving) for (const socket of opened.sockets) this.#kindOf(opened).cancelLeaving(socket);
    opened.leaving = false;
  }

  #kindOf({ binding }: Opened): SocketKind {
    return this.#kinds[binding.protocol];
  }

  #holderOf(binding: Binding): string | undefined {
    const own = [...this.#opened.values()].find((opened) => overlap(opened.binding, binding));
    if (own === undefined) return this.#holder(binding);
    return `this proxy serves ${bindingText(own.binding)}${own.leaving ? ', which is about to be closed' : ''}`;
  }

  #familyOf({ address }: Binding): number {
    if (address === undefined) return this.#family;
    return isIPv6(address) ? AF_INET6 : AF_INET;
  }

  /** Connections that are accepted from now on inherit it. */
  #applyKeepalive(opened: Opened, requested: Keepalive | undefined): void {
    const before = opened.keepalive;
    if (requested === undefined && before === undefined) return;
    // A setting that was given earlier and is no longer requested goes back to the kernel's value.
    const kernel = before === undefined ? undefined : readKernelKeepalive();
    const next = {
      timeSeconds: requested?.timeSeconds || kernel?.timeSeconds || 0,
      intervalSeconds: requested?.intervalSeconds || kernel?.intervalSeconds || 0,
      probes: requested?.probes || kernel?.probes || 0,
    };
    for (const socket of opened.sockets) this.#kindOf(opened).setKeepalive(socket, next);
    opened.keepalive = next;
  }

  /**
   * A bind without SO_REUSEPORT fails if anyone listens: our group must not share a port with a stranger's.
   */
  #probe(binding: Binding): void {
    this.#sys.close(this.#bindSocket(binding, false));
  }

  /**
   * The errno if no port at all can be bound. With IPv6 disabled, the kernel creates the socket and refuses
   * the address.
   */
  #bindErrno(): number | undefined {
    try {
      this.#probe({ protocol: 'TCP', port: 0 });
      return undefined;
    } catch (error) {
      if (error instanceof BindRefused) return error.errno;
      throw error;
    }
  }

  #bindSocket(binding: Binding, reusePort: boolean): number {
    const sys = this.#sys;
    const family = this.#familyOf(binding);
    const { type, options, prepare } = this.#kinds[binding.protocol];
    const socket = must('socket', sys.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const address = binding.address ?? (family === AF_INET6 ? '::' : '0.0.0.0');
    const length = writeSocketAddress(this.#address.view, 0, address, binding.port);
    try {
      if (family === AF_INET6) must('setsockopt', sys.setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0));
      if (reusePort) must('setsockopt', sys.setOption(socket, SOL_SOCKET, SO_REUSEPORT, 1));
      for (const [level, option] of options) must('setsockopt', sys.setOption(socket, level, option, 1));
      must('setsockopt', prepare(socket, family));
      must('bind', sys.bind(socket, this.#address.address, length));
      return socket;
    } catch (error) {
      sys.close(socket);
      throw error;
    }
  }
}
