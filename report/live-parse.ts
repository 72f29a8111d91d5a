import * as z from 'zod';
import { list } from './fields.ts';
import type { LiveEndpoints, LiveHistory, LiveReport } from './live.ts';
import { endpoint, summary } from './status.ts';

/**
 * Reads what a proxy sends to the status page, for a reader that is not of the same version: one whose figures
 * have another form than this version's is told apart from one that is fine, and nothing else gets through.
 */

const name = z.string().max(253);
const figure = z.number();
const measured = z.number().nullable();
const series = list(measured);
const rates = { connections: figure, received: figure, sent: figure };
const totals = {
  open: figure,
  ...rates,
  errors: figure,
  connectP50Ms: measured,
  connectP99Ms: measured,
};
const liveCount = z.object({ name, total: figure, rate: figure });
const liveEndpoint = endpoint.extend({ backend: name, rate: figure, bytes: figure });
const liveEndpoints = z.object({ total: figure, endpoints: list(liveEndpoint) });

const liveReport = z.object({
  proxy: name,
  nowMs: figure,
  everyMs: z.number().positive(),
  summary,
  totals: z.object(totals),
  listeners: list(z.object({ name, ...rates, errors: figure })),
  backends: list(
    z.object({
      name,
      open: figure,
      ...rates,
      retries: figure,
      queued: figure,
      connectP50Ms: measured,
      connectP99Ms: measured,
      failures: list(liveCount),
    }),
  ),
  acceptors: list(
    z.object({
      index: figure,
      connections: figure,
      handedOver: figure,
      pausedBy: z.string().max(253).exactOptional(),
    }),
  ),
  closes: list(liveCount.extend({ meaning: z.string().max(1024), isError: z.boolean() })),
  busiest: list(
    liveEndpoint.pick({ backend: true, address: true, port: true, rate: true, bytes: true, open: true }),
  ),
  out: liveEndpoints,
});

const seriesByName = z.record(name, z.object({ connections: series, bytes: series }));
const liveHistory = z.object({
  proxy: name,
  history: z.object({
    totals: z.object({
      open: series,
      connections: series,
      errors: series,
      received: series,
      sent: series,
      connectP50Ms: series,
      connectP99Ms: series,
    }),
    listeners: seriesByName,
    backends: seriesByName,
  }),
});

const parsed = <T>(schema: z.ZodType, text: string): T | undefined => {
  try {
    // Codes and states that this version does not know are texts to a reader.
    return schema.safeParse(JSON.parse(text)).data as T | undefined;
  } catch {
    return undefined; // not JSON; the caller reports it
  }
};

/** Undefined if the text is no report of this form. */
export const parseLiveReport = (text: string): LiveReport | undefined => parsed(liveReport, text);

/** Undefined if the text is no history of this form. */
export const parseLiveHistory = (text: string): LiveHistory | undefined =>
  parsed<{ readonly history: LiveHistory }>(liveHistory, text)?.history;

/** Undefined if the text is no answer about endpoints of this form. */
export const parseLiveEndpoints = (text: string): LiveEndpoints | undefined => parsed(liveEndpoints, text);
