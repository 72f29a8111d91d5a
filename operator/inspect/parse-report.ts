import { z } from 'zod';
import { reasonOfCode, severity } from '../status/finding-reasons.ts';
import type { FindingReport, Report } from '../status/reading.ts';
import { lossOf } from './loss.ts';

/** Texts and lists are cut: a status has a limit, and whoever answers at that address need not be a proxy. What is too long refuses nothing. */
const text = (longest: number) => z.string().transform((long) => long.slice(0, longest));

/** As many listeners and backends as a spec may have; there are fewer knobs. */
const MOST = 64;
const MOST_FINDINGS = 512;

const report = z.object({
  revision: text(128).optional(),
  source: z
    .object({
      following: z.boolean(),
      code: text(128).optional(),
      problem: text(2048).optional(),
      lostForMs: z.number().optional(),
    })
    .default({ following: true }),
  tuning: z.array(
    z.object({
      name: text(253),
      asked: text(256).optional(),
      effective: text(256),
      ok: z.boolean(),
      hint: text(1024).optional(),
    }),
  ),
  listeners: z.array(z.object({ name: text(63), leaving: z.boolean().default(false) })).default([]),
  backends: z
    .array(
      z.object({
        name: text(63),
        counts: z.object({ endpoints: z.int().min(0), ready: z.int().min(0) }).optional(),
        // All that proxies of the first version tell.
        endpoints: z.array(z.object({ health: text(16), ejectedUntil: text(64).optional() })).default([]),
      }),
    )
    .default([]),
  findings: z
    .array(
      z.object({
        code: text(64).optional(),
        path: text(256),
        message: text(2048),
        listener: text(63).optional(),
        backend: text(63).optional(),
      }),
    )
    .default([]),
});

/** Reads what the operator uses of a proxy's /status. Undefined for anything that is not one. */
export const parseReport = (body: string): Report | undefined => {
  try {
    const { data } = report.safeParse(JSON.parse(body));
    return (
      data && {
        revision: data.revision,
        follows: data.source.following,
        loss: lossOf(data.source),
        knobs: data.tuning.slice(0, MOST),
        // One that is served no more is in the list as long as a connection of it is open, and a while longer.
        listeners: data.listeners
          .filter(({ leaving }) => !leaving)
          .slice(0, MOST)
          .map(({ name }) => name),
        backends: data.backends.slice(0, MOST).map(({ name, counts, endpoints }) => ({
          name,
          ...(counts ?? {
            endpoints: endpoints.length,
            ready: endpoints.filter(
              ({ health, ejectedUntil }) => health !== 'Unhealthy' && ejectedUntil === undefined,
            ).length,
          }),
        })),
        findings: worst(data.findings),
      }
    );
  } catch {
    return undefined; // not JSON; the caller says so
  }
};

/** A proxy lists what is wrong with thousands of endpoints before the port that it cannot open. */
const worst = (findings: readonly FindingReport[]): readonly FindingReport[] =>
  findings
    .map((finding) => ({ finding, rank: severity(reasonOfCode(finding.code)) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_FINDINGS)
    .map(({ finding }) => finding);
