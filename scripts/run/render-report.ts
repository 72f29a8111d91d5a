import type { TuningEntry } from '../../report/status.ts';
import { latency } from '../../tooling/terminal/duration.ts';
import type { LoadResult } from '../load/load-result.ts';
import type { Report } from './report.ts';

const BAR_WIDTH = 24;
/** The width to which hints are wrapped. */
const TEXT_WIDTH = 100;

const count = (value: number): string => value.toLocaleString('en-US');
const perSecond = ({ done, durationMs }: LoadResult): string =>
  count(Math.round(done / Math.max(durationMs / 1000, 0.001)));

/** Columns padded to their widest cell, two spaces apart, without trailing spaces. */
export const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

/** Wraps text into lines of at most `width` characters. */
const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const endpoints = (result: LoadResult): readonly string[] => {
  const most = Math.max(1, ...result.endpoints.map(({ requests }) => requests));
  return table(
    result.endpoints.map(({ name, requests }) => [
      `  ${name}`,
      count(requests).padStart(7),
      '█'.repeat(Math.max(1, Math.round((requests / most) * BAR_WIDTH))),
    ]),
  );
};

const failures = (result: LoadResult): readonly string[] =>
  result.failures.map(({ reason, count: times }) => `  failed: ${reason} (${count(times)})`);

const summary = (what: string, result: LoadResult): string =>
  `${what} in ${(result.durationMs / 1000).toFixed(1)} s (${perSecond(result)}/s), ${count(result.failed)} failed, ` +
  `p50 ${latency(result.p50Ms)}, p99 ${latency(result.p99Ms)}`;

const tuning = (lines: readonly TuningEntry[]): readonly string[] => {
  const cells = lines.map(({ name, asked, effective, ok }) => [
    name,
    asked ?? '-',
    effective,
    asked === undefined ? '' : ok ? 'ok' : 'differs',
  ]);
  const shown = table([['TUNING', 'ASKED', 'IN EFFECT', ''], ...cells]);
  return shown.flatMap((line, index) => {
    const hint = lines[index - 1]?.hint;
    return hint === undefined ? [line] : [line, ...wrap(hint, TEXT_WIDTH - 4).map((text) => `    ${text}`)];
  });
};

/** The report as lines of plain text. */
export const renderReport = (report: Report): string => {
  const { http, redis } = report;
  const blocks: (readonly string[])[] = [
    report.resource.trimEnd().split('\n'),
    [summary(`HTTP: ${count(http.done)} requests`, http), ...endpoints(http), ...failures(http)],
    ...(redis ? [[summary(`Redis: ${count(redis.done)} SETs and GETs`, redis), ...failures(redis)]] : []),
    ...(report.notes.length > 0 ? [report.notes] : []),
    tuning(report.tuning),
    ['Next:', ...table(report.next.map(({ command, means }) => [`  ${command}`, means]))],
  ];
  return `\n${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};
