import type { EndedConnection } from '../engine/ended-connection.ts';
import type { AccessReader } from './access-reader.ts';

/** An acceptor's ring has room for what ends in this time at 200,000 connections a second. */
const EVERY_MS = 20;
/** Records of each acceptor at one time, so that other work of the control thread does not wait long. */
const AT_ONCE = 1024;

/** Carries records from the acceptors' rings to who writes them, for as long as there is an access log. */
export class AccessDrain {
  #reader: AccessReader;
  #give: (ended: EndedConnection) => void;
  #next: NodeJS.Timeout | undefined;

  constructor(reader: AccessReader, give: (ended: EndedConnection) => void) {
    this.#reader = reader;
    this.#give = give;
  }

  start(): void {
    this.#next ??= setTimeout(() => this.#go(), EVERY_MS).unref();
  }

  /** Takes all there is now: before names are lost, or it is over. */
  takeAll(): void {
    this.#reader.take(Number.POSITIVE_INFINITY, this.#give);
  }

  stop(): void {
    this.takeAll();
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  #go(): void {
    const more = this.#reader.take(AT_ONCE, this.#give);
    this.#next = setTimeout(() => this.#go(), more ? 0 : EVERY_MS).unref();
  }
}
