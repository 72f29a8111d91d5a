import type { ProxyFinding } from '../../crds/proxy-finding.ts';
import { setKeepalive } from '../acceptor/keepalive.ts';
import { pinnedMemory } from '../sys/memory.ts';
import { writeSocketAddress } from '../sys/socket-address.ts';
import {
  AF_INET,
  AF_INET6,
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EMFILE,
  ENFILE,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
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
import type { Keepalive } from '../table/table.ts';
import { readKernelKeepalive } from './kernel-keepalive.ts';

/** Asked of listen(); the kernel caps it at net.core.somaxconn without saying so. */
const BACKLOG = 65535;

class BindRefused extends Error {
  readonly errno: number;
  readonly call: string;
  constructor(call: string, errno: number) {
    super(`${call}: errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

const must = (call: string, result: number): number => {
  if (result < 0) throw new BindRefused(call, -result);
  return result;
};

const REMEDIES: Readonly<Record<number, string>> = {
  [EADDRINUSE]: 'another process or connection holds it. Free the port or choose another one',
  [EACCES]:
    'ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE. Lower that sysctl or choose a higher port',
  [EMFILE]: 'the process has no file descriptors left for it. Raise its limit (tuning.fileDescriptors)',
  [ENFILE]: 'the machine has no file descriptors left. Raise fs.file-max on the node',
};

const explain = (name: string, port: number, error: BindRefused): ProxyFinding => ({
  code: error.errno === EADDRINUSE ? 'PortTaken' : 'ListenerNotOpened',
  listener: name,
  path: `spec.listeners[${name}].port`,
  message: `Cannot listen on port ${port}: ${REMEDIES[error.errno] ?? `${error.call} failed with errno ${error.errno}`}. It is tried again every few seconds; the other listeners serve.`,
});

/**
 * The listening sockets of every port: one for each acceptor, in one SO_REUSEPORT group. The control thread opens them, so
 * that a port that is taken is one clear finding before anything changes, and so that the queue of an acceptor that died is
 * still there for the one that replaces it.
 */
export class ListeningSockets {
  #sys: Sys;
  #acceptors: number;
  #most: number;
  #ports = new Map<number, readonly number[]>();
  /** By port: the keepalive that its sockets were given; none where they follow the kernel's. */
  #keepalives = new Map<number, Keepalive>();
  #address = pinnedMemory(128);
  #family: number;

  /** `most`: sockets that may be open at once. */
  constructor(sys: Sys, acceptors: number, most: number) {
    this.#sys = sys;
    this.#acceptors = acceptors;
    this.#most = most;
    // Only IPv6 itself decides: a shortage at the start must not do without it for good.
    this.#family = AF_INET6;
    const refused = this.#whyNotBound();
    if (refused === EAFNOSUPPORT || refused === EADDRNOTAVAIL) this.#family = AF_INET;
  }

  /** Sockets of `port` by acceptor, opened if need be, with this keepalive; a finding when the kernel refuses. */
  open(name: string, port: number, keepalive?: Keepalive): readonly number[] | ProxyFinding {
    const opened = this.#open(name, port);
    if (Array.isArray(opened)) this.#keepAlive(port, opened, keepalive);
    return opened;
  }

  #open(name: string, port: number): readonly number[] | ProxyFinding {
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    if ((this.#ports.size + 1) * this.#acceptors > this.#most)
      return explain(name, port, new BindRefused('socket', EMFILE));
    const sockets: number[] = [];
    try {
      this.#probe(port);
      for (let i = 0; i < this.#acceptors; i++) sockets.push(this.#bound(port, true));
      for (const socket of sockets) must('listen', this.#sys.listen(socket, BACKLOG));
    } catch (error) {
      for (const socket of sockets) this.#sys.close(socket);
      if (error instanceof BindRefused) return explain(name, port, error);
      throw error;
    }
    this.#ports.set(port, sockets);
    return sockets;
  }

  /**
   * Lets no new handshake begin at the ports that are not in `ports`; returns whether there are such ports. Clients whose handshake is done
   * when a socket is closed are reset; those whose SYN is dropped ask again a second later, and are refused then.
   */
  dropSyns(ports: ReadonlySet<number>): boolean {
    const leaving = [...this.#ports].filter(([port]) => !ports.has(port));
    // Where the kernel has no socket filters, some clients are reset: no reason to keep the port open.
    for (const [, sockets] of leaving) for (const socket of sockets) this.#sys.dropSyns(socket);
    return leaving.length > 0;
  }

  /** Closes the sockets of every port that is not in `ports`; no acceptor may still serve them. */
  keepOnly(ports: ReadonlySet<number>): void {
    for (const [port, sockets] of this.#ports) {
      if (ports.has(port)) continue;
      for (const socket of sockets) this.#sys.close(socket);
      this.#ports.delete(port);
      this.#keepalives.delete(port);
    }
  }

  /** Whom the sockets accept from now on inherits it. */
  #keepAlive(port: number, sockets: readonly number[], asked: Keepalive | undefined): void {
    const before = this.#keepalives.get(port);
    if (asked === undefined && before === undefined) return;
    // What was given once and is asked for no more is the kernel's again.
    const kernel = before === undefined ? undefined : readKernelKeepalive();
    const next = {
      timeSeconds: asked?.timeSeconds || kernel?.timeSeconds || 0,
      intervalSeconds: asked?.intervalSeconds || kernel?.intervalSeconds || 0,
      probes: asked?.probes || kernel?.probes || 0,
    };
    for (const socket of sockets) setKeepalive(this.#sys, socket, next);
    this.#keepalives.set(port, next);
  }

  /** Without SO_REUSEPORT a bind fails where somebody listens: our group must not share a port with a stranger's. */
  #probe(port: number): void {
    this.#sys.close(this.#bound(port, false));
  }

  /** Why no port at all can be bound now, if so. A kernel with IPv6 switched off makes the socket and refuses the address. */
  #whyNotBound(): number | undefined {
    try {
      this.#probe(0);
      return undefined;
    } catch (error) {
      if (error instanceof BindRefused) return error.errno;
      throw error;
    }
  }

  #bound(port: number, reusePort: boolean): number {
    const sys = this.#sys;
    const socket = must('socket', sys.socket(this.#family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const any = this.#family === AF_INET6 ? '::' : '0.0.0.0';
    const length = writeSocketAddress(this.#address.view, 0, any, port);
    try {
      if (this.#family === AF_INET6) must('setsockopt', sys.setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0));
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
