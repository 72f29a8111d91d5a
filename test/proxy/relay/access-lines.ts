import type { ProxyProcess } from './proxy-process.ts';

/** A line of the access log. */
export type AccessLine = Readonly<Record<string, string | number>>;

/** The lines that the proxy has written so far, the last one only if it is complete. */
const linesOf = ({ output }: ProxyProcess): readonly string[] => output.split('\n').slice(0, -1);

export const accessLines = (proxy: ProxyProcess): readonly AccessLine[] =>
  linesOf(proxy)
    .filter((line) => line.includes('"log":"access"'))
    .map((line) => JSON.parse(line) as AccessLine);

export const otherLines = (proxy: ProxyProcess): readonly AccessLine[] =>
  linesOf(proxy)
    .filter((line) => !line.includes('"log":"access"'))
    .map((line) => JSON.parse(line) as AccessLine);
