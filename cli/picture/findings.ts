import type { FindingPicture } from './picture.ts';
import type { Pair } from './rates.ts';

/** What the proxies find wrong, each once, with how many of them say so; the most frequent first. */
export const findingsOf = (pairs: readonly Pair[]): readonly FindingPicture[] => {
  const found = new Map<string, FindingPicture>();
  for (const { now } of pairs) {
    const own = new Map(
      now.findings.map(({ code = 'Unknown', path, listener, backend, message }) => {
        const about = listener ? `listener ${listener}` : backend ? `backend ${backend}` : path;
        return [`${code} ${about} ${message}`, { code, about, message }] as const;
      }),
    );
    for (const [key, one] of own) found.set(key, { ...one, replicas: (found.get(key)?.replicas ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.replicas - a.replicas);
};
