import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { responseLength } from '../response.ts';
import type { Exchange, TlsConnections } from './connections.ts';
import { AGAIN, FAILED } from './openssl-client.ts';

const BUFFER_BYTES = 16_384;

/** HTTP requests, one at a time on each connection: over one that stays open, or one on each connection. */
export class Requests implements Exchange {
  answered = 0;
  #connections: TlsConnections;
  #keepsAlive: boolean;
  #request;
  #buffer = pinnedMemory(BUFFER_BYTES);
  #text = Buffer.from(this.#buffer.bytes.buffer);
  /** Bytes of the response that are still missing, by slot; 0 while its length is unknown. */
  #missing: Int32Array;
  #isAnswered: Uint8Array;

  constructor(connections: TlsConnections, count: number, keepsAlive: boolean) {
    this.#connections = connections;
    this.#keepsAlive = keepsAlive;
    const text = `GET / HTTP/1.1\r\nHost: bench\r\n${keepsAlive ? '' : 'Connection: close\r\n'}\r\n`;
    this.#request = pinnedMemory(text.length);
    this.#request.bytes.set(Buffer.from(text));
    this.#missing = new Int32Array(count);
    this.#isAnswered = new Uint8Array(count);
  }

  onOpen(slot: number): void {
    this.#missing[slot] = 0;
    this.#isAnswered[slot] = 0;
    this.#send(slot);
  }

  onReady(slot: number): void {
    while (this.#connections.isOpen(slot)) {
      const { openssl } = this.#connections;
      const read = openssl.read(this.#connections.connectionOf(slot), this.#buffer.address, BUFFER_BYTES);
      if (read === AGAIN) return;
      if (read <= 0) this.#onEnd(slot, read === FAILED ? openssl.reason : 'ClosedEarly');
      else this.#onBytes(slot, read);
    }
  }

  #send(slot: number): void {
    const { address, bytes } = this.#request;
    const { openssl } = this.#connections;
    const sent = openssl.write(this.#connections.connectionOf(slot), address, bytes.length);
    if (sent !== bytes.length) this.#connections.fail(slot, sent === FAILED ? openssl.reason : 'ShortSend');
  }

  /** However the connection ends, one that was answered has done its work. */
  #onEnd(slot: number, why: string): void {
    if (this.#isAnswered[slot] === 1) this.#connections.finish(slot);
    else this.#connections.fail(slot, why);
  }

  #onBytes(slot: number, read: number): void {
    if (this.#missing[slot] === 0) {
      const length = responseLength(this.#text.toString('latin1', 0, read));
      if (typeof length === 'string') {
        this.#connections.fail(slot, length);
        return;
      }
      this.#missing[slot] = length;
    }
    this.#missing[slot] = (this.#missing[slot] as number) - read;
    if (this.#missing[slot] !== 0) return;
    this.answered++;
    if (this.#keepsAlive) this.#send(slot);
    else this.#isAnswered[slot] = 1;
  }
}
