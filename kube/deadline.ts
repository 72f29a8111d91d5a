/** Aborts a call that takes too long or is cancelled by its caller; leaves no timer or listener behind. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True if time ran out, as opposed to a cancellation by the caller. */
  readonly expired: boolean;
  /** Restarts the timer, with a limit of `ms` milliseconds if given. */
  restart(ms?: number): void;
  end(): void;
  /**
   * Settles like the promise, or rejects with an AbortError as soon as the signal aborts. Does not cancel the
   * promise.
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
  const cancel = () => controller.abort();
  if (caller?.aborted) cancel();
  else caller?.addEventListener('abort', cancel, { once: true });
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
        const onAbort = () => reject(controller.signal.reason);
        if (controller.signal.aborted) onAbort();
        controller.signal.addEventListener('abort', onAbort, { once: true });
        promise.then(resolve, reject).finally(() => controller.signal.removeEventListener('abort', onAbort));
      });
    },
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', cancel);
    },
  };
}
