import type { ProxyProcess } from './proxy-process.ts';

/** A line of the access log. */
export type AccessLine = Readonly<Record<string, string | number>>;

/** What the proxy has written so far, its last line only when it is whole. */
const linesOf = ({ output }: ProxyProcess): readonly string[] => output.split('\n').slice(0, -1);

export const accessLines = (proxy: ProxyProcess): readonly AccessLine[] =>
  linesOf(proxy)
    .filter((line) => line.includes('"log":"access"'))
    .map((line) => JSON.parse(line) as AccessLine);

export const otherLines = (proxy: ProxyProcess): readonly AccessLine[] =>
  linesOf(proxy)
    .filter((line) => !line.includes('"log":"access"'))
    .map((line) => JSON.parse(line) as AccessLine);
