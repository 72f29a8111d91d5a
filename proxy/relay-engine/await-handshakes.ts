/** Always granted to the handshakes of a leaving port: those answered with a SYN cookie are not visible. */
const MIN_MS = 100;
/**
 * The most they get, so that a client that never answers cannot keep the port open. The kernel retransmits a
 * lost SYN-ACK after a second.
 */
const MAX_MS = 1000;
/** Granted if the kernel does not report pending handshakes. */
const UNKNOWN_MS = 300;
const POLL_MS = 20;

export interface Handshakes {
  /** Handshakes in progress now; negative if the kernel does not report them. */
  readonly inProgress: () => number;
  /** Whether to give up waiting. */
  readonly isCancelled: () => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Overrides the usual maximum. */
  readonly maxMs?: number | undefined;
}

/**
 * Resolves when a port that begins no new handshakes has none in progress, so that closing it resets no
 * client.
 */
export const awaitHandshakes = async ({
  inProgress,
  isCancelled,
  now,
  sleep,
  maxMs = MAX_MS,
}: Handshakes): Promise<void> => {
  const start = now();
  await sleep(MIN_MS);
  for (;;) {
    if (isCancelled()) return;
    const count = inProgress();
    if (count === 0 || now() - start >= (count < 0 ? UNKNOWN_MS : maxMs)) return;
    await sleep(POLL_MS);
  }
};
