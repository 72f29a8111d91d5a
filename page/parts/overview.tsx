import { signal } from '@preact/signals';
import type { FleetOverview, FleetRow } from '../../report/fleet.ts';
import { search } from '../state/store.ts';
import { count, perSecond } from '../words/format.ts';
import { BalancerRow } from './balancer-row.tsx';
import { gradeOf } from './ready-badge.tsx';
import { matches, Search } from './search.tsx';
import { Section, Wide } from './section.tsx';

/** Rows that are shown at first. */
const FEW = 50;
const unfolded = signal(false);
const onlyTroubled = signal(false);

const RANK = { bad: 0, fair: 1, good: 2 } as const;

/** Those that need somebody first; of the same state, by name. */
const sorted = (rows: readonly FleetRow[]): readonly FleetRow[] =>
  [...rows].sort(
    (a, b) =>
      RANK[gradeOf(a)] - RANK[gradeOf(b)] ||
      (a.namespace === b.namespace ? 0 : a.namespace < b.namespace ? -1 : 1) ||
      (a.name < b.name ? -1 : 1),
  );

const sum = (rows: readonly FleetRow[], value: (row: FleetRow) => number): number =>
  rows.reduce((total, row) => total + value(row), 0);

/** The whole fleet in a few numbers. */
const Totals = ({ rows }: { readonly rows: readonly FleetRow[] }) => {
  const of = (grade: keyof typeof RANK): number => rows.filter((row) => gradeOf(row) === grade).length;
  const isMeasured = rows.some(({ traffic }) => traffic !== undefined);
  const cards = [
    { title: 'Balancers', figure: count(rows.length) },
    { title: 'Not ready', figure: count(of('bad')), grade: of('bad') > 0 ? 'bad' : '' },
    { title: 'With warnings', figure: count(of('fair')), grade: of('fair') > 0 ? 'fair' : '' },
    {
      title: 'Open connections',
      figure: isMeasured ? count(sum(rows, ({ traffic }) => traffic?.open ?? 0)) : '–',
    },
    {
      title: 'New connections',
      figure: isMeasured ? perSecond(sum(rows, ({ traffic }) => traffic?.rate ?? 0)) : '–',
    },
  ];
  return (
    <Section id="now" title="All balancers">
      <dl class="cards totals">
        {cards.map(({ title, figure, grade = '' }) => (
          <div class="card" key={title}>
            <dt>{title}</dt>
            <dd class={grade === '' ? '' : `${grade}-text`}>{figure}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
};

/** Every balancer that whoever looks may see, those that need attention first. */
export const Overview = ({ overview: { balancers, head } }: { readonly overview: FleetOverview }) => {
  const found = sorted(balancers).filter(
    (row) =>
      (!onlyTroubled.value || gradeOf(row) !== 'good') &&
      matches(
        `${row.namespace}/${row.name}`,
        row.reason,
        row.words,
        ...row.problems.map((one) => one.reason),
      ),
  );
  const isFolded = !unfolded.value && search.value === '' && found.length > FEW;
  return (
    <>
      <Totals rows={balancers} />
      <Search placeholder="Find a balancer, namespace, port, address or reason" label="Find balancers" />
      <Section
        id="balancers"
        title="Balancers"
        note={
          found.length === balancers.length
            ? count(balancers.length)
            : `${count(found.length)} of ${count(balancers.length)}`
        }
      >
        <label class="toggle">
          <input
            type="checkbox"
            checked={onlyTroubled.value}
            onChange={({ currentTarget }) => {
              onlyTroubled.value = currentTarget.checked;
            }}
          />
          Only those that need attention
        </label>
        {found.length > 0 && (
          <Wide label="Balancers">
            <table class="stack">
              <caption class="hidden">Balancers, those that need attention first</caption>
              <thead>
                <tr>
                  <th scope="col">Balancer</th>
                  <th scope="col">State</th>
                  <th scope="col" class="number">
                    Replicas
                  </th>
                  <th scope="col" class="number">
                    Open
                  </th>
                  <th scope="col" class="number">
                    New
                  </th>
                  <th scope="col" class="number spare">
                    Capacity
                  </th>
                </tr>
              </thead>
              <tbody>
                {(isFolded ? found.slice(0, FEW) : found).map((row) => (
                  <BalancerRow key={`${row.namespace}/${row.name}`} row={row} nowMs={head.nowMs} />
                ))}
              </tbody>
            </table>
          </Wide>
        )}
        {found.length === 0 && (
          <p class="empty">
            {balancers.length > 0
              ? 'None matches.'
              : head.seesAll
                ? 'There is no L4Balancer.'
                : 'There is no L4Balancer in the namespaces that you may see.'}
          </p>
        )}
        {search.value === '' && found.length > FEW && (
          <button
            type="button"
            aria-expanded={!isFolded}
            onClick={() => {
              unfolded.value = !unfolded.value;
            }}
          >
            {isFolded ? `Show all ${count(found.length)}` : `Show ${FEW} only`}
          </button>
        )}
      </Section>
    </>
  );
};
