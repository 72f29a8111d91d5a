import { ECONNRESET, EPIPE } from '../../../proxy/sys/sys.ts';
import { TLS_FAILED, type Tls, TRUNCATED, WANTS_WRITE } from '../../../proxy/sys/tls.ts';

/** Kinds of faults, each of one call into OpenSSL; the tests' names contain them. */
export const TLS_FAULTS = [
  'serverContext',
  'accept',
  'clientContext',
  'connect',
  'takeSession',
  'handshake, soft',
  'handshake, hard',
  'read, soft',
  'read, hard',
  'write, soft',
  'write, short',
  'write, hard',
  'end, soft',
  'end, hard',
] as const;
export type TlsFault = (typeof TLS_FAULTS)[number];

/** What a faulty acceptor did; reported when it ends. */
export interface TlsFaultReport {
  readonly injected: Readonly<Partial<Record<TlsFault, number>>>;
  /** Connections, contexts and sessions that were not freed. */
  readonly connections: number;
  readonly contexts: number;
  readonly sessions: number;
  /** Descriptors that it still owns according to the owner table. */
  readonly held: number;
}

export interface TlsTally {
  readonly injected: Partial<Record<TlsFault, number>>;
  connections: number;
  contexts: number;
  sessions: number;
}

/**
 * Calls into OpenSSL of which about one in `oneIn` fails, chosen by `random` (an integer of 32 bits). Each
 * fails as it may: a caller that is told to wait later gets the edge-triggered event that the kernel owes it
 * (`owedEdge`, by descriptor).
 */
export const faultyTls = (
  tls: Tls,
  faults: ReadonlySet<string>,
  oneIn: number,
  random: () => number,
  tally: TlsTally,
  owedEdge: (fd: number) => void,
): Tls => {
  const descriptors = new Map<number, number>();
  const notYet = (connection: number): number => {
    owedEdge(descriptors.get(connection) as number);
    return -WANTS_WRITE;
  };
  const strikes = (fault: TlsFault): boolean => {
    if (!faults.has(fault) || random() % oneIn !== 0) return false;
    tally.injected[fault] = (tally.injected[fault] ?? 0) + 1;
    return true;
  };
  const one = (...results: readonly number[]): number => -(results[random() % results.length] as number);
  return {
    ...tls,
    get reason() {
      return tls.reason;
    },
    serverContext(settings) {
      if (strikes('serverContext')) return 0;
      const context = tls.serverContext(settings);
      if (context !== 0) tally.contexts++;
      return context;
    },
    freeContext(context) {
      tally.contexts--;
      tls.freeContext(context);
    },
    accept(context, fd) {
      if (strikes('accept')) return 0;
      const connection = tls.accept(context, fd);
      if (connection !== 0) {
        tally.connections++;
        descriptors.set(connection, fd);
      }
      return connection;
    },
    clientContext(settings) {
      if (strikes('clientContext')) return 0;
      const context = tls.clientContext(settings);
      if (context !== 0) tally.contexts++;
      return context;
    },
    connect(context, fd, peer) {
      if (strikes('connect')) return 0;
      const connection = tls.connect(context, fd, peer);
      if (connection !== 0) {
        tally.connections++;
        descriptors.set(connection, fd);
      }
      return connection;
    },
    takeSession(connection) {
      if (strikes('takeSession')) return 0;
      const session = tls.takeSession(connection);
      if (session !== 0) tally.sessions++;
      return session;
    },
    freeSession(session) {
      tally.sessions--;
      tls.freeSession(session);
    },
    free(connection) {
      tally.connections--;
      tls.free(connection);
    },
    handshake(connection) {
      if (strikes('handshake, soft')) return notYet(connection);
      return strikes('handshake, hard') ? one(TLS_FAILED, TRUNCATED, ECONNRESET) : tls.handshake(connection);
    },
    read(connection, address, length) {
      if (strikes('read, soft')) return notYet(connection);
      if (strikes('read, hard')) return one(TLS_FAILED, TRUNCATED, ECONNRESET);
      return tls.read(connection, address, length);
    },
    write(connection, address, length) {
      if (strikes('write, soft')) return notYet(connection);
      if (strikes('write, hard')) return one(TLS_FAILED, EPIPE, ECONNRESET);
      return tls.write(connection, address, strikes('write, short') ? 1 + (random() % length) : length);
    },
    end(connection) {
      if (strikes('end, soft')) return notYet(connection);
      return strikes('end, hard') ? -TLS_FAILED : tls.end(connection);
    },
  };
};
