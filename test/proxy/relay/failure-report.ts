import { afterEach, type TestContext } from 'node:test';
import type { ProxyProcess } from './proxy-process.ts';

/** How many of the last lines of a proxy's output are shown. */
const MOST_LINES = 200;
const proxies = new Set<ProxyProcess>();

const reportOf = async (proxy: ProxyProcess): Promise<string> => {
  const lines = proxy.output.trimEnd().split('\n');
  const left = Math.max(0, lines.length - MOST_LINES);
  return [
    `The proxy of process ${proxy.process.pid} reported:`,
    ...(await proxy.account()),
    `Its log and its access log${left > 0 ? `, without the first ${left} lines` : ''}:`,
    ...lines.slice(left),
  ].join('\n');
};

/** From now on, failing tests of this file show the table versions, close reasons and logs of `proxy`. */
export const reportOnFailure = (proxy: ProxyProcess): void => {
  proxies.add(proxy);
};

// The soak starts proxies, too, but is not a test: a hook would make it one.
if (process.argv[1]?.endsWith('.test.ts'))
  afterEach(async (context) => {
    const test = context as TestContext;
    for (const proxy of proxies) {
      if (!test.passed) test.diagnostic(await reportOf(proxy));
      if (proxy.hasEnded) proxies.delete(proxy);
    }
  });
