import type { Tls } from '../../sys/tls.ts';
import { NATIVE_CELLS, nativesAt, type SharedMemory } from './shared-memory.ts';

/** Kinds of objects; addresses of OpenSSL's are multiples of 16, so a cell has both. */
export const NATIVE = { Connection: 0, Context: 1, Session: 2 } as const;
export const NATIVE_KINDS = 4;

/**
 * What an acceptor has in OpenSSL's memory, noted where the control thread finds it if the acceptor dies:
 * that memory belongs to the process. Beyond the cells, objects are not noted, and stay after a death.
 */
class NativeObjects {
  #shared: SharedMemory;
  #at: number;
  #cells = new Map<number, number>();
  /** Of addresses that are noted again: sessions are counted, and several connections may have one. */
  #more = new Map<number, number[]>();
  #free: number[] = [];
  #used = 0;

  constructor(shared: SharedMemory, acceptor: number) {
    this.#shared = shared;
    this.#at = nativesAt(acceptor);
  }

  add(address: number, kind: number): void {
    if (address === 0) return;
    const cell = this.#free.pop() ?? (this.#used < NATIVE_CELLS ? this.#used++ : -1);
    if (cell < 0) return;
    if (!this.#cells.has(address)) this.#cells.set(address, cell);
    else this.#more.set(address, [...(this.#more.get(address) ?? []), cell]);
    this.#shared.natives[this.#at + cell] = address + kind;
  }

  remove(address: number): void {
    const cell = this.#taken(address);
    if (cell === undefined) return;
    this.#shared.natives[this.#at + cell] = 0;
    this.#free.push(cell);
  }

  /** A cell that has the address, which has one fewer then. */
  #taken(address: number): number | undefined {
    const more = this.#more.get(address);
    if (more === undefined) {
      const cell = this.#cells.get(address);
      this.#cells.delete(address);
      return cell;
    }
    const cell = more.pop();
    if (more.length === 0) this.#more.delete(address);
    return cell;
  }
}

/**
 * The same calls, noting what they make. What is freed is forgotten first: a thread may end between the two,
 * and nothing must be freed twice.
 */
export const noted = (tls: Tls, shared: SharedMemory, acceptor: number): Tls => {
  const objects = new NativeObjects(shared, acceptor);
  const added = (address: number, kind: number): number => {
    objects.add(address, kind);
    return address;
  };
  return {
    ...tls,
    get reason() {
      return tls.reason;
    },
    serverContext: (settings) => added(tls.serverContext(settings), NATIVE.Context),
    clientContext: (settings) => added(tls.clientContext(settings), NATIVE.Context),
    freeContext(context) {
      objects.remove(context);
      tls.freeContext(context);
    },
    accept: (context, fd) => added(tls.accept(context, fd), NATIVE.Connection),
    connect: (context, fd, peer) => added(tls.connect(context, fd, peer), NATIVE.Connection),
    free(connection) {
      objects.remove(connection);
      tls.free(connection);
    },
    takeSession: (connection) => added(tls.takeSession(connection), NATIVE.Session),
    freeSession(session) {
      objects.remove(session);
      tls.freeSession(session);
    },
  };
};
