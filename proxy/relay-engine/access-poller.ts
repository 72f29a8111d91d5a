import type { EndedConnection } from '../engine/ended-connection.ts';
import type { AccessReader } from './access-reader.ts';

/** An acceptor's ring holds what ends within this time at 200,000 connections a second. */
const POLL_MS = 20;
/** Per acceptor, so that other work of the control thread is not delayed for long. */
const RECORDS_PER_POLL = 1024;

/** Moves access records from the acceptors' rings to the access log, while it is enabled. */
export class AccessPoller {
  #reader: AccessReader;
  #onRecord: (ended: EndedConnection) => void;
  #next: NodeJS.Timeout | undefined;

  constructor(reader: AccessReader, onRecord: (ended: EndedConnection) => void) {
    this.#reader = reader;
    this.#onRecord = onRecord;
  }

  start(): void {
    this.#next ??= setTimeout(() => this.#poll(), POLL_MS).unref();
  }

  /** Takes every record there is now: before slots get new names, and at the end. */
  takeAll(): void {
    this.#reader.take(Number.POSITIVE_INFINITY, this.#onRecord);
  }

  stop(): void {
    this.takeAll();
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  #poll(): void {
    const more = this.#reader.take(RECORDS_PER_POLL, this.#onRecord);
    this.#next = setTimeout(() => this.#poll(), more ? 0 : POLL_MS).unref();
  }
}
