import type { Series } from '../../report/live.ts';
import type { ProxyView } from '../state/store.ts';
import { bytesPerSecond, count, milliseconds, perSecond, short } from '../words/format.ts';
import { Chart, type Line } from './chart.tsx';
import { Section } from './section.tsx';

interface CardProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly everyMs: number;
  /** The figure of now, large. */
  readonly figures: readonly string[];
  readonly format: (value: number) => string;
}

const peak = (values: Series): number =>
  values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);

const Card = ({ title, lines, everyMs, figures, format }: CardProps) => (
  <div class="card">
    <h3>{title}</h3>
    <p class="figures">
      {lines.map(({ label, colour }, index) => (
        <span key={label} class="figure">
          {lines.length > 1 && <i class="key" style={{ background: `var(${colour})` }} />}
          {lines.length > 1 && <span class="name">{label} </span>}
          <b>{figures[index]}</b>
        </span>
      ))}
    </p>
    <Chart
      label={lines
        .map(
          ({ label, values }, index) =>
            `${label} of the last minutes: now ${figures[index]}, at most ${format(peak(values))}`,
        )
        .join('; ')}
      lines={lines}
      everyMs={everyMs}
      format={format}
    />
  </div>
);

/** What happened in the last minutes. */
export const Charts = ({ view: { report, history } }: { readonly view: ProxyView }) => {
  const { totals, everyMs } = report;
  const past = history.totals;
  return (
    <Section id="now" title="Now, and the last five minutes">
      <div class="cards">
        <Card
          title="Open connections"
          lines={[{ label: 'Open', values: past.open, colour: '--accent' }]}
          figures={[count(totals.open)]}
          format={short}
          everyMs={everyMs}
        />
        <Card
          title="New connections"
          lines={[{ label: 'New', values: past.connections, colour: '--accent' }]}
          figures={[perSecond(totals.connections)]}
          format={short}
          everyMs={everyMs}
        />
        <Card
          title="Traffic"
          lines={[
            { label: 'To endpoints', values: past.received, colour: '--in' },
            { label: 'To clients', values: past.sent, colour: '--out' },
          ]}
          figures={[bytesPerSecond(totals.received), bytesPerSecond(totals.sent)]}
          format={short}
          everyMs={everyMs}
        />
        <Card
          title="Time to connect"
          lines={[
            { label: 'Median', values: past.connectP50Ms, colour: '--in' },
            { label: '99 %', values: past.connectP99Ms, colour: '--out' },
          ]}
          figures={[milliseconds(totals.connectP50Ms), milliseconds(totals.connectP99Ms)]}
          format={milliseconds}
          everyMs={everyMs}
        />
        <Card
          title="Ended by errors"
          lines={[{ label: 'Errors', values: past.errors, colour: '--bad' }]}
          figures={[perSecond(totals.errors)]}
          format={short}
          everyMs={everyMs}
        />
      </div>
    </Section>
  );
};
