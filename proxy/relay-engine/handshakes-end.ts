/** How long handshakes at a port that leaves get in any case: one that is answered with a cookie (tcp_syncookies) is not to be seen. */
const LEAST_MS = 100;
/** How long they get at most: a client that never answers must not keep the port. Whose answer was lost is asked again after a second. */
const MOST_MS = 1000;
/** How long they get where the kernel does not say whether there are any. */
const UNSEEN_MS = 300;
const LOOK_MS = 20;

export interface Handshakes {
  /** Those under way now; below 0 where the kernel does not say. */
  readonly underWay: () => number;
  /** Whether nobody waits any more. */
  readonly isOver: () => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** How long they get at most, where that is not the usual. */
  readonly mostMs?: number | undefined;
}

/** Resolves when no handshake is under way at a port that begins no new ones, so that nobody is reset when it is closed. */
export const handshakesEnd = async ({
  underWay,
  isOver,
  now,
  sleep,
  mostMs = MOST_MS,
}: Handshakes): Promise<void> => {
  const start = now();
  await sleep(LEAST_MS);
  for (;;) {
    if (isOver()) return;
    const count = underWay();
    if (count === 0 || now() - start >= (count < 0 ? UNSEEN_MS : mostMs)) return;
    await sleep(LOOK_MS);
  }
};
