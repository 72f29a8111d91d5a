import { EventAudience, type EventListener } from '../../program/event-audience.ts';

/** Those who look at the same, and what ends when the last of them has left. */
interface Group {
  readonly audience: EventAudience;
  readonly onEmpty: () => void;
}

/** Open pages in groups that are sent the same, with one bound for all of them. */
export class Audiences {
  #most: number;
  #groups = new Map<string, Group>();
  #closed = false;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return [...this.#groups.values()].reduce((sum, { audience }) => sum + audience.size, 0);
  }

  /** Why no page can be added; undefined if there is room. */
  whyFull(): string | undefined {
    if (this.#closed) return 'The operator is shutting down.';
    if (this.size < this.#most) return undefined;
    return `${this.#most} pages are open already, which is the most. Close another one.`;
  }

  /**
   * Adds a page to a group, which begins with its first one; `onEmpty` is called when its last one leaves.
   */
  add(name: string, listener: EventListener, first: string, onEmpty: () => void): void {
    const group = this.#groups.get(name) ?? { audience: new EventAudience(this.#most), onEmpty };
    this.#groups.set(name, group);
    group.audience.add(listener, first);
    listener.once('close', () => {
      if (group.audience.size > 0 || this.#groups.get(name) !== group) return;
      this.#groups.delete(name);
      group.onEmpty();
    });
  }

  names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  send(name: string, event: string): void {
    this.#groups.get(name)?.audience.send(event);
  }

  close(last: string): void {
    this.#closed = true;
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    for (const { audience, onEmpty } of groups) {
      audience.close(last);
      onEmpty();
    }
  }
}
