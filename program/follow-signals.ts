import { constants } from 'node:os';
import { receiveSignals } from './signals.js';

/** Exit code of a program that a signal ended, as a shell writes it: 128 and the signal's number. */
export const exitCodeOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export interface SignalHandlers {
  /** The first signal that asks for a stop. */
  readonly onStop: (signal: NodeJS.Signals) => void;
  /** Each further one: who asks twice does not want to wait. */
  readonly onStopAgain: (signal: NodeJS.Signals) => void;
  /** The manifest shall be read anew. */
  readonly onReload: (signal: NodeJS.Signals) => void;
  /**
   * A signal that means nothing to the program; `times` it came since this was last told. Of each at most
   * every ten seconds.
   */
  readonly onIgnored: (signal: NodeJS.Signals, times: number) => void;
}

const TELL_AGAIN_MS = 10_000;

/** Acts on signals from here on, and on those that came since the start. What each means: signals.js. */
export const followSignals = (
  { onStop, onStopAgain, onReload, onIgnored }: SignalHandlers,
  now: () => number = () => performance.now(),
): void => {
  let told = false;
  const ignored = new Map<NodeJS.Signals, { untilMs: number; times: number }>();
  const ignore = (signal: NodeJS.Signals): void => {
    const before = ignored.get(signal) ?? { untilMs: 0, times: 0 };
    before.times += 1;
    ignored.set(signal, before);
    if (now() < before.untilMs) return;
    onIgnored(signal, before.times);
    ignored.set(signal, { untilMs: now() + TELL_AGAIN_MS, times: 0 });
  };
  receiveSignals((signal, use) => {
    switch (use) {
      case 'Stop':
        if (told) onStopAgain(signal);
        else {
          told = true;
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
