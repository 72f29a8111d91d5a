import type { ServerResponse } from 'node:http';

/** A response that can be written to piece by piece. */
export type EventListener = Pick<ServerResponse, 'write' | 'end' | 'once' | 'writableLength'>;

/** One server-sent event. JSON has no line breaks, which would end the event. */
export const eventText = (type: string, data: unknown): string =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * The clients that get server-sent events. There are at most `most`, and each has at most one event waiting
 * besides the first: while it has not taken that, it gets no other. Events must be whole, so that whoever
 * misses one has all with the next. The server disconnects who reads nothing at all (program/page-limits).
 */
export class EventAudience {
  #most: number;
  #listeners = new Set<EventListener>();
  #closed = false;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Why nobody can be added; undefined if there is room. */
  whyFull(): string | undefined {
    if (this.#closed) return 'No more events are sent: the program is shutting down.';
    if (this.#listeners.size < this.#most) return undefined;
    return `${this.#most} clients get events already, which is the most. Close another page.`;
  }

  /** Sends `first`, and everything from now on. */
  add(listener: EventListener, first: string): void {
    this.#listeners.add(listener);
    listener.once('close', () => this.#listeners.delete(listener));
    listener.write(first);
  }

  send(event: string): void {
    for (const listener of this.#listeners) if (listener.writableLength === 0) listener.write(event);
  }

  /** Ends all responses; nobody is added afterwards. */
  close(last: string): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.end(last);
    this.#listeners.clear();
  }
}
