import { z } from 'zod';
import type { Report } from '../status/reading.ts';

/** Texts are cut: a status has a limit, and whoever answers at that address need not be a proxy. */
const text = (longest: number) => z.string().transform((long) => long.slice(0, longest));

const report = z.object({
  tuning: z
    .array(
      z.object({
        name: text(253),
        asked: text(256).optional(),
        effective: text(256),
        ok: z.boolean(),
        hint: text(1024).optional(),
      }),
    )
    .max(64),
  backends: z
    .array(
      z.object({
        name: text(63),
        endpoints: z.array(z.object({ health: text(16), ejectedUntil: text(64).optional() })),
      }),
    )
    .max(64)
    .default([]),
});

/** Reads what the operator uses of a proxy's /status. Undefined for anything that is not one. */
export const parseReport = (body: string): Report | undefined => {
  try {
    const { data } = report.safeParse(JSON.parse(body));
    return (
      data && {
        knobs: data.tuning,
        backends: data.backends.map(({ name, endpoints }) => ({
          name,
          endpoints: endpoints.length,
          ready: endpoints.filter(
            ({ health, ejectedUntil }) => health !== 'Unhealthy' && ejectedUntil === undefined,
          ).length,
        })),
      }
    );
  } catch {
    return undefined; // not JSON; the caller says so
  }
};
