import * as z from 'zod';

/** Notes on a field for the reference page, in addition to its type. */
export interface FieldNotes {
  /** Length that a reader truncates a string to. */
  readonly longest?: number;
  /** The values that a proxy of this version writes. */
  readonly values?: readonly string[];
  readonly unit?: string;
}

const noted = <T extends z.ZodType>(schema: T, notes: FieldNotes): T => schema.meta({ ...notes });

/**
 * A string that readers truncate to this many characters instead of refusing it. Whatever answers at a
 * proxy's address need not be a proxy, and what the operator copies into a resource's status has to fit into
 * it.
 */
export const text = (longest: number) =>
  noted(
    z.string().transform((given) => given.slice(0, longest)),
    { longest },
  );

/**
 * One of a list of values. A proxy writes no other; a reader accepts any, since a newer proxy may know more.
 */
export const oneOf = <T extends string>(
  values: Readonly<Record<T, string>>,
  longest: number,
): z.ZodType<string, T> =>
  noted(text(longest), { longest, values: Object.keys(values) }) as unknown as z.ZodType<string, T>;

/** A non-negative integer. */
export const count = (unit: string) => noted(z.int().min(0), { unit });

export const port = () => noted(z.int().min(1).max(65_535), {});

/** A list that is read-only on both sides. */
export const list = <T extends z.ZodType>(entry: T) => z.array(entry).readonly();
