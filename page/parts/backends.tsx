import { signal } from '@preact/signals';
import type { LiveBackend, Series } from '../../report/live.ts';
import type { StatusSummary } from '../../report/status.ts';
import type { ProxyView } from '../state/store.ts';
import { bytesPerSecond, clipped, count, countOf, milliseconds, perSecond, short } from '../words/format.ts';
import { BackendEndpoints } from './backend-endpoints.tsx';
import { Chart } from './chart.tsx';
import { createFold } from './fold.tsx';
import { FoundEndpoints } from './found-endpoints.tsx';
import { Marks } from './marks.tsx';
import { matches } from './search.tsx';
import { Section } from './section.tsx';

type Backend = StatusSummary['backends'][number];

const fold = createFold(12);
/** Names of the backends whose endpoints are shown, and so asked for. */
const unfolded = signal<ReadonlySet<string>>(new Set());

const toggle = (name: string, isOpen: boolean): void => {
  if (unfolded.value.has(name) === isOpen) return;
  const names = new Set(unfolded.value);
  if (isOpen) names.add(name);
  else names.delete(name);
  unfolded.value = names;
};

const gradeOf = ({ endpoints, ready }: Backend['counts']): string =>
  ready === 0 ? 'bad' : ready < endpoints ? 'fair' : 'good';

interface EntryProps {
  readonly backend: Backend;
  readonly live: LiveBackend | undefined;
  readonly series: Series;
  readonly everyMs: number;
  readonly nowMs: number;
  readonly findings: StatusSummary['findings'];
}

const Entry = ({ backend, live, series, everyMs, nowMs, findings }: EntryProps) => {
  const { name, algorithm, counts } = backend;
  const isOpen = unfolded.value.has(name);
  return (
    <details class="backend" open={isOpen} onToggle={({ currentTarget }) => toggle(name, currentTarget.open)}>
      <summary>
        <span class="name">
          {clipped(name, 253)} <Marks findings={findings} />
          <span class="detail">{clipped(algorithm, 64)}</span>
        </span>
        <span class={`badge ${gradeOf(counts)}`}>
          {count(counts.ready)} of {count(counts.endpoints)} usable
        </span>
        <span class="value">
          <small>Open</small> {count(live?.open ?? 0)}
        </span>
        <span class="value">
          <small>New</small> {perSecond(live?.connections ?? 0)}
        </span>
        <span class="value spare">
          <small>Bytes</small> {bytesPerSecond((live?.received ?? 0) + (live?.sent ?? 0))}
        </span>
        <span class="value spare">
          <small>Connect, 99 %</small> {milliseconds(live?.connectP99Ms)}
        </span>
        <span class="value trend spare">
          <Chart
            isSpark
            label={`Open connections of ${clipped(name, 80)} in the last minutes`}
            lines={[{ label: 'Open', values: series, colour: '--in' }]}
            everyMs={everyMs}
            format={short}
          />
        </span>
      </summary>
      {isOpen && (
        <div class="inside">
          {live !== undefined && <Attempts live={live} />}
          <BackendEndpoints backend={name} nowMs={nowMs} />
        </div>
      )}
    </details>
  );
};

/** How connecting to its endpoints goes. */
const Attempts = ({ live }: { readonly live: LiveBackend }) => (
  <p class="attempts">
    Connects in {milliseconds(live.connectP50Ms)} (median), {milliseconds(live.connectP99Ms)} (99 %).{' '}
    {count(live.retries)} retries, {count(live.queued)} connections had to wait.
    {live.failures.length > 0 &&
      ` Failed attempts: ${live.failures
        .map(({ name, total, rate }) => `${name} ${count(total)}${rate > 0 ? ` (${perSecond(rate)})` : ''}`)
        .join(', ')}.`}
  </p>
);

/** Every backend; its endpoints are asked for when it is unfolded. */
export const Backends = ({ view: { report, history } }: { readonly view: ProxyView }) => {
  const { backends } = report.summary;
  const live = new Map(report.backends.map((one) => [one.name, one]));
  const found = backends.filter(({ name, algorithm }) => matches(name, algorithm));
  const endpoints = backends.reduce((sum, { counts }) => sum + counts.endpoints, 0);
  return (
    <Section
      id="backends"
      title="Backends"
      note={`${countOf(found, backends)}, with ${count(endpoints)} endpoints`}
    >
      {fold.shown(found).map((backend) => (
        <Entry
          key={backend.name}
          backend={backend}
          live={live.get(backend.name)}
          series={history.backends[backend.name]?.connections ?? []}
          everyMs={report.everyMs}
          nowMs={report.nowMs}
          findings={report.summary.findings.filter((one) => one.backend === backend.name)}
        />
      ))}
      {found.length === 0 && (
        <p class="empty">{backends.length === 0 ? 'There are none.' : 'None matches by its name.'}</p>
      )}
      <fold.Button entries={found.length} />
      <FoundEndpoints nowMs={report.nowMs} />
    </Section>
  );
};
