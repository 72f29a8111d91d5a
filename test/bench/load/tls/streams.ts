import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import type { Exchange, TlsConnections } from './connections.ts';
import { AGAIN, FAILED } from './openssl-client.ts';

/** One record: OpenSSL returns after each. */
const RECORD_BYTES = 16_384;
/** Records of one connection before the others have their turn. */
const RECORDS = 16;

const SENDING = 0;
/** The last record is under way, and then the end of the stream. */
const ENDING = 1;
const RECEIVING = 2;

/** Bytes in one direction, as many as possible; connections take turns. */
export class Streams implements Exchange {
  /** What was sent, or received. */
  bytes = 0;
  #connections: TlsConnections;
  #phases: Uint8Array;
  /** Whether a record was taken only in part, so that it must be given again. */
  #isCut: Uint8Array;
  #buffer = pinnedMemory(RECORD_BYTES);
  /** Slots that may go on without another event. */
  #ready = new Set<number>();

  constructor(connections: TlsConnections, count: number, kind: 'Upload' | 'Download') {
    this.#connections = connections;
    this.#phases = new Uint8Array(count).fill(kind === 'Upload' ? SENDING : RECEIVING);
    this.#isCut = new Uint8Array(count);
  }

  get hasWork(): boolean {
    return this.#ready.size > 0;
  }

  onOpen(slot: number): void {
    this.#isCut[slot] = 0;
    this.#ready.add(slot);
  }

  onReady(slot: number): void {
    this.#ready.add(slot);
  }

  /** Ends every stream, and awaits the end of the other direction, which means that all has arrived. */
  endAll(): void {
    this.#connections.stop();
    this.#phases.forEach((_, slot) => {
      this.#phases[slot] = ENDING;
      this.#ready.add(slot);
    });
  }

  work(): void {
    for (const slot of [...this.#ready]) if (!this.#turn(slot)) this.#ready.delete(slot);
  }

  /** Whether there may be more to do without an event. */
  #turn(slot: number): boolean {
    for (let record = 0; record < RECORDS; record++) {
      if (!this.#connections.isOpen(slot)) return false;
      const done = this.#step(slot, this.#connections.connectionOf(slot));
      if (done === AGAIN) return false;
      if (done === FAILED) this.#connections.fail(slot, this.#connections.openssl.reason);
    }
    return true;
  }

  #step(slot: number, connection: number): number {
    const { openssl } = this.#connections;
    const phase = this.#phases[slot];
    if (phase === SENDING || (phase === ENDING && this.#isCut[slot] === 1)) {
      const sent = openssl.write(connection, this.#buffer.address, RECORD_BYTES);
      this.#isCut[slot] = sent === AGAIN ? 1 : 0;
      if (sent > 0) this.bytes += sent;
      return sent;
    }
    if (phase === ENDING) {
      const ended = openssl.end(connection);
      if (ended > 0) this.#phases[slot] = RECEIVING;
      return ended;
    }
    const read = openssl.read(connection, this.#buffer.address, RECORD_BYTES);
    if (read > 0) this.bytes += read;
    if (read === 0) this.#connections.finish(slot);
    return read;
  }
}
