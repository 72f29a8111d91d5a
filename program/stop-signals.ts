/** What a signal asks for. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

/** Exit codes of a program that a signal ended, as a shell writes them: 128 and the signal's number. */
export const SIGNAL_EXIT: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Calls `onFirst` at the first signal and `onSecond` at each further one: who asks twice does not want to wait. */
export const onStopSignals = (
  onFirst: (signal: StopSignal) => void,
  onSecond: (signal: StopSignal) => void,
): void => {
  let told = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (told) onSecond(signal);
      else {
        told = true;
        onFirst(signal);
      }
    });
};
