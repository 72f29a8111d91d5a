import { SHORTAGES } from '../../proxy/control/shortage-texts.ts';
import { CLOSE_REASONS } from '../../proxy/engine/close-reason.ts';
import { HANDSHAKE_CAUSES } from '../../proxy/engine/handshake-failure.ts';
import { FINDINGS } from '../../report/finding.ts';
import { reasonOfCode } from '../../report/reasons/finding-reasons.ts';
import { REASONS, type ReasonEntry } from '../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../report/reasons/warning-reasons.ts';
import { alertSections, alertTable } from './alerts.ts';
import { metricTable, operatorMetrics, proxyMetrics } from './metrics.ts';
import { type Sections, tableOf } from './sections.ts';

const code = (word: string): string => `\`${word}\``;

const reasonTable = (reasons: Readonly<Record<string, Omit<ReasonEntry, 'condition'>>>): string =>
  tableOf(
    ['reason', 'what it means', 'what to do'],
    Object.entries(reasons).map(([reason, { meaning, whatToDo }]) => [code(reason), meaning, whatToDo]),
  );

/** The sections of the documents that are generated from the catalogues in the code. */
export const catalogueSections = (): Sections =>
  new Map([
    ['ready-reasons', reasonTable(REASONS)],
    ['warning-reasons', reasonTable(WARNING_REASONS)],
    [
      'finding-codes',
      tableOf(
        ['code of the finding', 'what it means', 'reason in the status'],
        Object.entries(FINDINGS).map(([finding, meaning]) => [
          code(finding),
          meaning,
          code(reasonOfCode(finding)),
        ]),
      ),
    ],
    [
      'close-reasons',
      tableOf(
        ['reason', 'meaning', 'ended by', 'phases', 'in an access log of errors'],
        CLOSE_REASONS.map(({ reason, meaning, by, phases, isError }) => [
          code(reason),
          meaning,
          by,
          phases.join(', '),
          isError ? 'yes' : 'no',
        ]),
      ),
    ],
    [
      'handshake-causes',
      tableOf(
        ['cause', 'why the handshake failed'],
        HANDSHAKE_CAUSES.map(({ failure, meaning }) => [code(failure), meaning]),
      ),
    ],
    [
      'shortages',
      tableOf(
        ['errno', 'what ran out', 'what to do'],
        Object.entries(SHORTAGES).map(([errno, { what, todo }]) => [errno, what, todo]),
      ),
    ],
    ['alerts', alertTable()],
    ['alert-sections', alertSections()],
    ['proxy-metrics', metricTable(proxyMetrics())],
    ['operator-metrics', metricTable(operatorMetrics())],
  ]);
