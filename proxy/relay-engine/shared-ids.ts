import { randomBytes } from 'node:crypto';
import {
  allocateIds,
  forgetEndpoint,
  forgetListener,
  freeUnfinished,
  type IdsBuffers,
  type IdsMemory,
  idsFor,
  viewIds,
} from './acceptor/connection-ids/ids-memory.ts';
import { hashKeyOf } from './acceptor/keyed-hash/half-sip-hash.ts';
import { SLOTS } from './acceptor/shared-memory.ts';

/**
 * The memory in which all acceptors note connection IDs: allocated for the first table whose listeners follow
 * them, then kept.
 */
export class SharedIds {
  readonly #descriptors: number;
  #buffers: IdsBuffers | undefined;
  #memory: IdsMemory | undefined;

  constructor(descriptors: number) {
    this.#descriptors = descriptors;
  }

  /** Undefined as long as no table had such listeners. */
  get buffers(): IdsBuffers | undefined {
    return this.#buffers;
  }

  /** A table has such listeners. */
  require(): void {
    if (this.#buffers !== undefined) return;
    const ids = idsFor(this.#descriptors);
    this.#buffers = allocateIds(SLOTS.listeners, SLOTS.endpoints, ids, hashKeyOf(randomBytes(8)));
    this.#memory = viewIds(this.#buffers);
  }

  /** The slot of an endpoint is freed, and may be another's soon. */
  forgetEndpoint(slot: number): void {
    if (this.#memory !== undefined) forgetEndpoint(this.#memory, slot);
  }

  /** The slot of a listener has a new owner. */
  forgetListener(slot: number): void {
    if (this.#memory !== undefined) forgetListener(this.#memory, slot);
  }

  /** An acceptor has died. */
  freeUnfinished(acceptor: number): void {
    if (this.#memory !== undefined) freeUnfinished(this.#memory, acceptor);
  }
}
