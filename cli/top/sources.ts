import type { Readings } from '../cluster/reading.ts';

/** A source of clients that limits follow, over all replicas. */
export interface SourceTraffic {
  readonly listener: string;
  readonly source: string;
  readonly open: number;
  readonly connections: number;
  readonly refused: number;
  readonly bytes: number;
}

/** The sources that the limits of the listeners follow: those with the most refused connections first. */
export const sourcesOf = (readings: Readings): readonly SourceTraffic[] => {
  const found = new Map<string, SourceTraffic>();
  for (const reading of readings.values())
    for (const { name, limits } of reading.kind === 'Report' ? reading.report.listeners : [])
      for (const { source, open, connections, refused, bytes } of limits?.topSources ?? []) {
        const key = `${name} ${source}`;
        const known = found.get(key);
        found.set(key, {
          listener: name,
          source,
          open: open + (known?.open ?? 0),
          connections: connections + (known?.connections ?? 0),
          refused: refused + (known?.refused ?? 0),
          bytes: bytes + (known?.bytes ?? 0),
        });
      }
  return [...found.values()].sort(
    (a, b) => b.refused - a.refused || b.open - a.open || b.connections - a.connections,
  );
};
