import { z } from 'zod';
import type { Knob } from '../status/reading.ts';

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
});

/** Reads what the operator uses of a proxy's /status. Undefined for anything that is not one. */
export const parseReport = (body: string): readonly Knob[] | undefined => {
  try {
    return report.safeParse(JSON.parse(body)).data?.tuning;
  } catch {
    return undefined; // not JSON; the caller says so
  }
};
