import { emptyIds, type PacketIds, readPacket } from '../../../quic/read-packet.ts';
import { MOST_ID_BYTES } from '../../../quic/versions.ts';
import { sharedAddress } from '../../../sys/memory.ts';
import { SOCKET_ADDRESS_BYTES } from '../../../sys/socket-address.ts';
import { ConnectionId } from './connection-id.ts';
import { IdIndex } from './id-index.ts';
import { ENDPOINT_WORDS, endpointAt, type IdsMemory, LEAST_ID_BYTES } from './ids-memory.ts';
import { SessionIds } from './session-ids.ts';

/** Where in connection IDs their server's own ID is. */
export interface ServerIdField {
  readonly offset: number;
  readonly length: number;
}

/** Slots of endpoints that no session goes to any more. */
export interface Unusable {
  readonly left: ReadonlySet<number>;
  readonly unhealthy: ReadonlySet<number>;
}

/** By what an endpoint was found. */
export type Found = 'ConnectionId' | 'ServerId' | 'Nothing';

/** What one acceptor knows of connection IDs: those of its sessions, and those that all acceptors know. */
export class ConnectionIds {
  readonly sessions = new SessionIds();
  readonly memory: IdsMemory;
  readonly #ids: IdIndex;
  readonly #servers: IdIndex;
  /** The ID that was looked for last. */
  readonly id = new ConnectionId();
  readonly #part = new ConnectionId();
  readonly #addresses: number;
  /** Of the packet that was read last. */
  readonly packet: PacketIds = emptyIds();
  /** What the last `find` has found. */
  endpoint = -1;
  backend = -1;

  constructor(memory: IdsMemory, acceptor: number) {
    this.memory = memory;
    this.#addresses = sharedAddress(memory.endpointBytes);
    this.#ids = new IdIndex(memory.ids, memory, acceptor);
    this.#servers = new IdIndex(memory.servers, memory, acceptor);
  }

  /** Reads the first packet of a datagram. */
  read(bytes: Uint8Array, at: number, end: number): ReturnType<typeof readPacket> {
    return readPacket(bytes, at, end, this.packet);
  }

  /** Finds the endpoint of the ID that the packet, which has a short header, begins with. */
  find(
    listener: number,
    server: ServerIdField | undefined,
    view: DataView,
    now: number,
    unusable: Unusable,
  ): Found {
    const { destinationAt: at, destinationLength: available } = this.packet;
    const lengths = Atomics.load(this.memory.lengths, listener);
    // A longer ID says more than a shorter one that it happens to begin with.
    for (let length = Math.min(available, MOST_ID_BYTES); length >= LEAST_ID_BYTES; length--) {
      if ((lengths & (1 << length)) === 0) continue;
      this.id.read(view, at, length);
      if (this.#ids.find(listener, this.id, now)) return this.#take(this.#ids, 'ConnectionId', unusable);
    }
    if (server === undefined || server.offset + server.length > available) return 'Nothing';
    this.id.read(view, at + server.offset, server.length);
    if (!this.#servers.find(listener, this.id, now)) return 'Nothing';
    return this.#take(this.#servers, 'ServerId', unusable);
  }

  /** How many bytes all IDs of a listener have; 0 if they differ, or none is known. */
  onlyLength(listener: number): number {
    const lengths = Atomics.load(this.memory.lengths, listener);
    return lengths !== 0 && (lengths & (lengths - 1)) === 0 ? 31 - Math.clz32(lengths) : 0;
  }

  /** How many bytes at the beginning of an ID say which endpoint it leads to. */
  tellingBytes(listener: number, server: ServerIdField | undefined): number {
    const longest = 31 - Math.clz32(Atomics.load(this.memory.lengths, listener));
    return Math.max(LEAST_ID_BYTES, longest, server === undefined ? 0 : server.offset + server.length);
  }

  #take(index: IdIndex, found: Found, unusable: Unusable): Found {
    const { endpoint, backend } = index;
    const words = this.memory.endpoints;
    const at = endpointAt(endpoint);
    const known = words[at + ENDPOINT_WORDS.Known] as number;
    if (known !== Atomics.load(words, at + ENDPOINT_WORDS.Generation) + 1) return 'Nothing';
    if (unusable.left.has(endpoint) || unusable.unhealthy.has(endpoint)) return 'Nothing';
    this.endpoint = endpoint;
    this.backend = backend;
    return found;
  }

  /** Enters an ID that an endpoint has chosen; returns whether its server ID was another endpoint's. */
  enter(
    listener: number,
    server: ServerIdField | undefined,
    id: ConnectionId,
    endpoint: number,
    backend: number,
    now: number,
  ): boolean {
    Atomics.or(this.memory.lengths, listener, 1 << id.length);
    this.#ids.put(listener, id, endpoint, backend, now);
    if (server === undefined || server.offset + server.length > id.length) return false;
    const part = this.#part;
    part.readPart(id, server.offset, server.length);
    const isContested = this.#servers.find(listener, part, now) && this.#servers.endpoint !== endpoint;
    this.#servers.put(listener, part, endpoint, backend, now);
    return isContested;
  }

  /** Enters an ID again, or that it is in use. */
  keep(listener: number, id: ConnectionId, endpoint: number, backend: number, now: number): void {
    this.#ids.put(listener, id, endpoint, backend, now);
  }

  /** A session has newer IDs instead of this one. */
  remove(listener: number, id: ConnectionId): void {
    this.#ids.remove(listener, id);
  }

  /** A session goes to another endpoint, to which its IDs mean nothing. */
  leave(listener: number, session: number): void {
    if (!this.sessions.follows(session)) return;
    while (this.sessions.takeEntered(session)) this.remove(listener, this.sessions.id);
    this.sessions.begin(session);
  }

  /** Notes where an endpoint is, so that whoever finds it can reach it. */
  noteAddress(endpoint: number, from: Uint8Array, at: number): void {
    const { endpoints: words, endpointBytes: bytes } = this.memory;
    const to = endpointAt(endpoint);
    const known = Atomics.load(words, to + ENDPOINT_WORDS.Generation) + 1;
    if (words[to + ENDPOINT_WORDS.Known] === known) return;
    const address = (to + ENDPOINT_WORDS.Address) * 4;
    for (let i = 0; i < SOCKET_ADDRESS_BYTES; i++) bytes[address + i] = from[at + i] as number;
    Atomics.store(words, to + ENDPOINT_WORDS.Known, known);
  }

  /** Address in memory of the socket address of the endpoint that the last `find` has found. */
  get address(): number {
    return this.#addresses + (endpointAt(this.endpoint) + ENDPOINT_WORDS.Address) * 4;
  }

  /** Its address family. */
  get family(): number {
    return this.memory.endpointBytes[(endpointAt(this.endpoint) + ENDPOINT_WORDS.Address) * 4] as number;
  }
}
