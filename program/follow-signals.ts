import { constants } from 'node:os';
import { receiveSignals } from './signals.js';

/** Exit code of a program that was ended by a signal, as in a shell: 128 plus the signal's number. */
export const exitCodeOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export interface SignalHandlers {
  /** The first signal that requests a stop. */
  readonly onStop: (signal: NodeJS.Signals) => void;
  /** Each further one, which requests an immediate stop. */
  readonly onStopAgain: (signal: NodeJS.Signals) => void;
  /** A request to read the manifest again. */
  readonly onReload: (signal: NodeJS.Signals) => void;
  /**
   * A signal that has no meaning for the program; `times` counts it since the last report. Each is reported
   * at most every ten seconds.
   */
  readonly onIgnored: (signal: NodeJS.Signals, times: number) => void;
}

const REPORT_INTERVAL_MS = 10_000;

/** Handles signals from now on, and those received since the start. signals.js defines what each means. */
export const followSignals = (
  { onStop, onStopAgain, onReload, onIgnored }: SignalHandlers,
  now: () => number = () => performance.now(),
): void => {
  let isStopping = false;
  const ignored = new Map<NodeJS.Signals, { untilMs: number; times: number }>();
  const ignore = (signal: NodeJS.Signals): void => {
    const before = ignored.get(signal) ?? { untilMs: 0, times: 0 };
    before.times += 1;
    ignored.set(signal, before);
    if (now() < before.untilMs) return;
    onIgnored(signal, before.times);
    ignored.set(signal, { untilMs: now() + REPORT_INTERVAL_MS, times: 0 });
  };
  receiveSignals((signal, use) => {
    switch (use) {
      case 'Stop':
        if (isStopping) onStopAgain(signal);
        else {
          isStopping = true;
          onStop(signal);
        }
        return;
      case 'Reload':
        onReload(signal);
        return;
      case 'Ignore':
        ignore(signal);
        return;
      default:
        use satisfies never;
    }
  });
};
