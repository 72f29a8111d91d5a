/** Ends a call when it takes too long or when its caller gives it up; leaves no timer and no listener behind. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when time ran out, as opposed to the caller's giving up. */
  readonly expired: boolean;
  /** Starts counting from zero. */
  restart(): void;
  end(): void;
}

export function startDeadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, ms);
  const giveUp = () => controller.abort();
  if (caller?.aborted) giveUp();
  else caller?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    restart: () => void timer.refresh(),
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', giveUp);
    },
  };
}
