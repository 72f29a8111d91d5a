import { until } from '../../../tooling/wait/until.ts';
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

/**
 * The line about a client of the form `127.0.0.1:40000`, which must come, among those after the first
 * `before`: the kernel gives later clients of other listeners the same port again.
 */
export const lineOfClient = async (
  proxy: ProxyProcess,
  client: string,
  before: number,
): Promise<AccessLine> => {
  const find = () =>
    accessLines(proxy)
      .slice(before)
      .find((line) => line.client === client);
  await until(`the end of ${client} is logged`, async () => find() !== undefined, {
    seen: () => proxy.output,
  });
  return find() as AccessLine;
};
