/** Longer than a busy machine takes to make a certificate, which is not valid before. */
const AHEAD_MS = 30_000;

/** A clock that tests set. It begins when what a test makes next is valid. */
export const createClock = () => {
  let nowMs = Date.now() + AHEAD_MS;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => nowMs,
    after(ms: number, run: () => void) {
      const timer = { at: nowMs + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms: number) {
      const end = nowMs + ms;
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.at - b.at);
        if (next === undefined || next.at > end) break;
        timers.delete(next);
        nowMs = next.at;
        next.run();
      }
      nowMs = end;
    },
    get waiting() {
      return timers.size;
    },
  };
};
