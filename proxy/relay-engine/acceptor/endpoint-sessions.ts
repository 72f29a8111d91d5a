/** How long an endpoint's sessions are resumed before its certificate is looked at again. */
export const REVERIFY_MS = 300_000;

interface Kept {
  /** Its address in memory; 0 for none. */
  session: number;
  /** When the connection that it is of began. */
  beganMs: number;
  /** When the endpoint last completed a full handshake. */
  verifiedMs: number;
}

/**
 * The sessions of earlier connections with endpoints, by endpoint slot, to be resumed. A handshake that
 * resumes one does not look at the certificate, and brings another session: so that an endpoint whose
 * certificate has expired does not go on for ever, a handshake is full from time to time.
 */
export class EndpointSessions {
  readonly #kept = new Map<number, Kept>();
  readonly #most: number;
  readonly #free: (session: number) => void;

  /** Of more than `most` endpoints, those that were used last are kept; `free` gets what is not needed. */
  constructor(most: number, free: (session: number) => void) {
    this.#most = most;
    this.#free = free;
  }

  /** The session to resume; 0 for a full handshake. */
  sessionFor(endpoint: number, nowMs: number): number {
    const kept = this.#kept.get(endpoint);
    return kept !== undefined && nowMs - kept.verifiedMs < REVERIFY_MS ? kept.session : 0;
  }

  /** A full handshake with the endpoint is complete. */
  noteVerified(endpoint: number, nowMs: number): void {
    const kept = this.#kept.get(endpoint);
    this.#keep(endpoint, { session: 0, beganMs: 0, ...kept, verifiedMs: nowMs });
  }

  /** A connection that began at `beganMs` leaves its session, which the sessions own from now on. */
  leave(endpoint: number, session: number, beganMs: number): void {
    const kept = this.#kept.get(endpoint);
    // An old connection would bring back an old ticket.
    if (kept === undefined || beganMs < kept.beganMs) {
      this.#free(session);
      return;
    }
    if (kept.session !== 0) this.#free(kept.session);
    kept.session = session;
    kept.beganMs = beganMs;
    this.#keep(endpoint, kept);
  }

  freeAll(): void {
    for (const { session } of this.#kept.values()) if (session !== 0) this.#free(session);
    this.#kept.clear();
  }

  /** Puts it behind all that were used before. */
  #keep(endpoint: number, kept: Kept): void {
    this.#kept.delete(endpoint);
    if (this.#kept.size >= this.#most)
      for (const [oldest, { session }] of this.#kept) {
        this.#kept.delete(oldest);
        if (session !== 0) this.#free(session);
        break;
      }
    this.#kept.set(endpoint, kept);
  }
}
