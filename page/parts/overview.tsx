import { signal } from '@preact/signals';
import type { FleetOverview, FleetRow } from '../../report/fleet.ts';
import { count, countOf, perSecond } from '../words/format.ts';
import { BalancerRow } from './balancer-row.tsx';
import { createFold } from './fold.tsx';
import { gradeOf } from './ready-badge.tsx';
import { matches, Search } from './search.tsx';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = [
  'Balancer',
  'State',
  ['Replicas', 'number'],
  ['Open', 'number'],
  ['New', 'number'],
  ['Capacity', 'number spare'],
];

const fold = createFold(50);
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
  return (
    <>
      <Totals rows={balancers} />
      <Search placeholder="Find a balancer, namespace, port, address or reason" label="Find balancers" />
      <Section id="balancers" title="Balancers" note={countOf(found, balancers)}>
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
          <Table
            label="Balancers"
            caption="Balancers, those that need attention first"
            stacks
            columns={COLUMNS}
          >
            {fold.shown(found).map((row) => (
              <BalancerRow key={`${row.namespace}/${row.name}`} row={row} nowMs={head.nowMs} />
            ))}
          </Table>
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
        <fold.Button entries={found.length} />
      </Section>
    </>
  );
};
