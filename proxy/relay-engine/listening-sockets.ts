import { isIPv6 } from 'node:net';
import type { ProxyFinding } from '../../report/finding.ts';
import { type Binding, bindingKey, bindingText, overlap } from '../configuration/binding.ts';
import type { Keepalive } from '../configuration/listener-policy.ts';
import { countHandshakes } from '../sys/handshakes.ts';
import { pinnedMemory } from '../sys/memory.ts';
import { writeSocketAddress } from '../sys/socket-address.ts';
import {
  AF_INET,
  AF_INET6,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EMFILE,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_DETACH_FILTER,
  SO_KEEPALIVE,
  SO_OOBINLINE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_NODELAY,
} from '../sys/sys.ts';
import type { TableListener } from '../table/table.ts';
import { setKeepalive } from './acceptor/keepalive.ts';
import { readKernelKeepalive } from './kernel-keepalive.ts';
import { BindRefused, listenFinding } from './listen-finding.ts';

/** Asked of listen(); the kernel caps it at net.core.somaxconn without saying so. */
const BACKLOG = 65535;

const must = (call: string, result: number): number => {
  if (result < 0) throw new BindRefused(call, -result);
  return result;
};

/** The sockets of a binding by acceptor. */
interface Opened {
  readonly binding: Binding;
  readonly sockets: readonly number[];
  /** Whether it takes no new handshakes, since it is to be closed. */
  leaving: boolean;
  /** The keepalive that they were given; none where they follow the kernel's. */
  keepalive?: Keepalive;
}

type Wanted = Binding & Pick<TableListener, 'name' | 'policy'>;

/**
 * The listening sockets of every binding: one for each acceptor, in one SO_REUSEPORT group. The control thread opens them, so
 * that a port that is taken is one clear finding before anything changes, and so that the queue of an acceptor that died is
 * still there for the one that replaces it.
 */
export class ListeningSockets {
  #sys: Sys;
  #acceptors: number;
  #most: number;
  #holder: (binding: Binding) => string | undefined;
  #opened = new Map<string, Opened>();
  #address = pinnedMemory(128);
  #family: number;
  #countHandshakes: (family: number, port: number) => number;

  /** `most`: sockets that may be open at once. `holder` says what else of this process has a binding, for the finding about it. */
  constructor(
    sys: Sys,
    acceptors: number,
    most: number,
    holder: (binding: Binding) => string | undefined = () => undefined,
  ) {
    this.#sys = sys;
    this.#acceptors = acceptors;
    this.#most = most;
    this.#holder = holder;
    this.#countHandshakes = countHandshakes(sys);
    // Only IPv6 itself decides: a shortage at the start must not do without it for good.
    this.#family = AF_INET6;
    const refused = this.#whyNotBound();
    if (refused === EAFNOSUPPORT || refused === EADDRNOTAVAIL) this.#family = AF_INET;
  }

  /** Sockets of a listener by acceptor, opened if need be, with its keepalive; a finding when the kernel refuses. */
  open(listener: Wanted): readonly number[] | ProxyFinding {
    const opened = this.#opened.get(bindingKey(listener)) ?? this.#open(listener);
    if (!('sockets' in opened)) return opened;
    this.#stay(opened);
    this.#keepAlive(opened, listener.policy.keepalive);
    return opened.sockets;
  }

  #open(listener: Wanted): Opened | ProxyFinding {
    if ((this.#opened.size + 1) * this.#acceptors > this.#most)
      return listenFinding(listener, new BindRefused('socket', EMFILE), undefined);
    const sockets: number[] = [];
    try {
      this.#probe(listener);
      for (let i = 0; i < this.#acceptors; i++) sockets.push(this.#bound(listener, true));
      for (const socket of sockets) must('listen', this.#sys.listen(socket, BACKLOG));
    } catch (error) {
      for (const socket of sockets) this.#sys.close(socket);
      if (error instanceof BindRefused) return listenFinding(listener, error, this.#whoHolds(listener));
      throw error;
    }
    const opened = { binding: listener, sockets, leaving: false };
    this.#opened.set(bindingKey(listener), opened);
    return opened;
  }

  /**
   * Lets no new handshake begin at the bindings that are not in `staying`; returns those to which this is new. Clients whose handshake is done
   * when a socket is closed are reset; those whose SYN is dropped ask again a second later, and are refused then.
   */
  leave(staying: ReadonlySet<string>): readonly string[] {
    const leaving = [...this.#opened].filter(([key, opened]) => !staying.has(key) && !opened.leaving);
    for (const [, opened] of leaving) {
      opened.leaving = true;
      // Where the kernel has no socket filters, some clients are reset: no reason to keep the port open.
      for (const socket of opened.sockets) this.#sys.dropSyns(socket);
    }
    return leaving.map(([key]) => key);
  }

  isLeaving(key: string): boolean {
    return this.#opened.get(key)?.leaving === true;
  }

  /** Handshakes under way at a binding's port; a negative errno where the kernel does not say. */
  handshakes(key: string): number {
    const opened = this.#opened.get(key);
    return opened === undefined
      ? 0
      : this.#countHandshakes(this.#familyOf(opened.binding), opened.binding.port);
  }

  /** Closes the sockets of every binding that is not in `keys`; no acceptor may still serve them. Returns whether there were any. */
  keepOnly(keys: ReadonlySet<string>): boolean {
    const before = this.#opened.size;
    for (const [key, { sockets }] of this.#opened) {
      if (keys.has(key)) continue;
      for (const socket of sockets) this.#sys.close(socket);
      this.#opened.delete(key);
    }
    return this.#opened.size < before;
  }

  /** One that was leaving takes handshakes again. */
  #stay(opened: Opened): void {
    if (opened.leaving)
      for (const socket of opened.sockets) this.#sys.setOption(socket, SOL_SOCKET, SO_DETACH_FILTER, 0);
    opened.leaving = false;
  }

  #whoHolds(binding: Binding): string | undefined {
    const own = [...this.#opened.values()].find((opened) => overlap(opened.binding, binding));
    if (own === undefined) return this.#holder(binding);
    return `this proxy serves ${bindingText(own.binding)}${own.leaving ? ', which is about to be closed' : ''}`;
  }

  #familyOf({ address }: Binding): number {
    if (address === undefined) return this.#family;
    return isIPv6(address) ? AF_INET6 : AF_INET;
  }

  /** Whom the sockets accept from now on inherits it. */
  #keepAlive(opened: Opened, asked: Keepalive | undefined): void {
    const before = opened.keepalive;
    if (asked === undefined && before === undefined) return;
    // What was given once and is asked for no more is the kernel's again.
    const kernel = before === undefined ? undefined : readKernelKeepalive();
    const next = {
      timeSeconds: asked?.timeSeconds || kernel?.timeSeconds || 0,
      intervalSeconds: asked?.intervalSeconds || kernel?.intervalSeconds || 0,
      probes: asked?.probes || kernel?.probes || 0,
    };
    for (const socket of opened.sockets) setKeepalive(this.#sys, socket, next);
    opened.keepalive = next;
  }

  /** Without SO_REUSEPORT a bind fails where somebody listens: our group must not share a port with a stranger's. */
  #probe(binding: Binding): void {
    this.#sys.close(this.#bound(binding, false));
  }

  /** Why no port at all can be bound now, if so. A kernel with IPv6 switched off makes the socket and refuses the address. */
  #whyNotBound(): number | undefined {
    try {
      this.#probe({ protocol: 'TCP', port: 0 });
      return undefined;
    } catch (error) {
      if (error instanceof BindRefused) return error.errno;
      throw error;
    }
  }

  #bound(binding: Binding, reusePort: boolean): number {
    const sys = this.#sys;
    const family = this.#familyOf(binding);
    const socket = must('socket', sys.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const address = binding.address ?? (family === AF_INET6 ? '::' : '0.0.0.0');
    const length = writeSocketAddress(this.#address.view, 0, address, binding.port);
    try {
      if (family === AF_INET6) must('setsockopt', sys.setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0));
      must('setsockopt', sys.setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1));
      if (reusePort) must('setsockopt', sys.setOption(socket, SOL_SOCKET, SO_REUSEPORT, 1));
      // Accepted sockets inherit these three.
      must('setsockopt', sys.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1));
      must('setsockopt', sys.setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1));
      must('setsockopt', sys.setOption(socket, SOL_SOCKET, SO_OOBINLINE, 1));
      must('bind', sys.bind(socket, this.#address.address, length));
      return socket;
    } catch (error) {
      sys.close(socket);
      throw error;
    }
  }
}
