/**
 * Ends a call when it takes too long or when its caller gives it up; leaves no timer and no listener behind.
 */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when time ran out, as opposed to the caller's giving up. */
  readonly expired: boolean;
  /** Starts counting from zero, from now on to `ms` milliseconds when given. */
  restart(ms?: number): void;
  end(): void;
  /**
   * The promise's own result, or an AbortError as soon as the signal aborts; the promise is not ended by it.
   */
  race<T>(promise: Promise<T>): Promise<T>;
}

export function startDeadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  const expire = () => {
    expired = true;
    controller.abort();
  };
  let timer = setTimeout(expire, ms);
  const giveUp = () => controller.abort();
  if (caller?.aborted) giveUp();
  else caller?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    restart(newMs) {
      if (newMs === undefined) {
        timer.refresh();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(expire, newMs);
    },
    race(promise) {
      return new Promise((resolve, reject) => {
        const ended = () => reject(controller.signal.reason);
        if (controller.signal.aborted) ended();
        controller.signal.addEventListener('abort', ended, { once: true });
        promise.then(resolve, reject).finally(() => controller.signal.removeEventListener('abort', ended));
      });
    },
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', giveUp);
    },
  };
}
