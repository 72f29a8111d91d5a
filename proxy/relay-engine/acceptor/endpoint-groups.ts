/** How long an endpoint is taken to choose the group that it chose before. */
export const RELEARN_MS = 600_000;

interface Choice {
  readonly group: number;
  readonly untilMs: number;
}

/**
 * The groups that endpoints chose for their keys, by endpoint slot. A client of TLS 1.3 makes a key before it
 * knows which group the server will choose. An endpoint that has chosen another group than the first one
 * would ask for a second hello each time, and the first key, the costliest of all, would be made for nothing.
 * All groups are still offered, in the same order, so an endpoint chooses as it likes. It is offered a key
 * of the first group again from time to time: otherwise one that has learned a stronger group could go on
 * choosing the one that it is offered a key of.
 */
export class EndpointGroups {
  readonly #choices = new Map<number, Choice>();
  readonly #most: number;

  /** Of more than `most` endpoints, those that were noted first are forgotten. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The group to make a key of; 0 for the first one. */
  groupFor(endpoint: number, nowMs: number): number {
    const choice = this.#choices.get(endpoint);
    if (choice === undefined) return 0;
    if (choice.untilMs > nowMs) return choice.group;
    this.#choices.delete(endpoint);
    return 0;
  }

  /** An endpoint has chosen a group; 0 if it is the first one, or not known. */
  note(endpoint: number, group: number, nowMs: number): void {
    if (group === 0) {
      if (this.#choices.size > 0) this.#choices.delete(endpoint);
      return;
    }
    if (this.#choices.get(endpoint)?.group === group) return;
    if (this.#choices.size >= this.#most && !this.#choices.has(endpoint))
      for (const oldest of this.#choices.keys()) {
        this.#choices.delete(oldest);
        break;
      }
    this.#choices.set(endpoint, { group, untilMs: nowMs + RELEARN_MS });
  }
}
