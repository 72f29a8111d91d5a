import type { LiveHistory, LiveTotals } from '../../report/live.ts';
import type { EngineStats } from '../engine/stats.ts';
import { ConnectWindows } from './connect-windows.ts';
import { RateMeter } from './rate-meter.ts';
import { type Sample, takeSample } from './sample.ts';
import { SeriesRing } from './series.ts';

/** Five minutes of samples that are two seconds apart. */
const CAPACITY = 150;
const SAMPLES_PER_WINDOW = 15;
/** Of each kind; with more listeners or backends than these, the others have no series. */
const MOST_ROWS = 256;
const ALL = 'all';

const TOTALS = [
  'open',
  'connections',
  'errors',
  'received',
  'sent',
  'connectP50Ms',
  'connectP99Ms',
] as const satisfies readonly (keyof LiveTotals)[];
const PAIR = ['connections', 'bytes'] as const;

/**
 * Keeps what the proxy did in the last minutes, of bounded size, so that a page shows it at once: a few
 * numbers of each listener and each backend, and none of endpoints.
 */
export class Recorder {
  #meter = new RateMeter();
  #windows = new ConnectWindows(SAMPLES_PER_WINDOW);
  #totals = new SeriesRing(TOTALS, CAPACITY, 1);
  #listeners = new SeriesRing(PAIR, CAPACITY, MOST_ROWS);
  #backends = new SeriesRing(PAIR, CAPACITY, MOST_ROWS);
  #latest: Sample | undefined;

  /** Adds a reading of the engine's figures at `nowMs`, of a clock that is never set. */
  add(stats: EngineStats, nowMs: number, withEndpoints: boolean): Sample {
    this.#meter.begin(nowMs);
    const sample = takeSample(stats, this.#meter, this.#windows, withEndpoints);
    this.#totals.add(new Map([[ALL, sample.totals]]));
    this.#listeners.add(
      new Map(
        sample.listeners.map(({ name, connections, received, sent }) => [
          name,
          { connections, bytes: received + sent },
        ]),
      ),
    );
    this.#backends.add(
      new Map(
        sample.backends.map(({ name, open, received, sent }) => [
          name,
          { connections: open, bytes: received + sent },
        ]),
      ),
    );
    this.#latest = sample;
    return sample;
  }

  /** Undefined before the first reading. */
  get latest(): Sample | undefined {
    return this.#latest;
  }

  history(): LiveHistory | undefined {
    const totals = this.#totals.read()[ALL];
    return (
      totals && {
        totals,
        listeners: this.#listeners.read(),
        backends: this.#backends.read(),
      }
    );
  }
}
