import { z } from 'zod';

/** What the reference page tells of a field beside its type. */
export interface FieldNotes {
  /** Characters that a reader keeps of a text. */
  readonly longest?: number;
  /** The words that a proxy of this version writes. */
  readonly words?: readonly string[];
  readonly unit?: string;
}

const noted = <T extends z.ZodType>(schema: T, notes: FieldNotes): T => schema.meta({ ...notes });

/**
 * Text, of which a reader keeps this many characters: what is longer refuses nothing. Whoever answers at a
 * proxy's address need not be a proxy, and what the operator passes on in a resource's status has to fit into
 * it.
 */
export const text = (longest: number) =>
  noted(
    z.string().transform((given) => given.slice(0, longest)),
    { longest },
  );

/** One word of a list. A proxy writes no other; a reader takes any, since a newer proxy may know more. */
export const word = <T extends string>(
  words: Readonly<Record<T, string>>,
  longest: number,
): z.ZodType<string, T> =>
  noted(text(longest), { longest, words: Object.keys(words) }) as unknown as z.ZodType<string, T>;

/** A whole number from 0 on. */
export const count = (unit: string) => noted(z.int().min(0), { unit });

export const port = () => noted(z.int().min(1).max(65_535), {});

/** A list as both sides have it: nobody changes it. */
export const list = <T extends z.ZodType>(entry: T) => z.array(entry).readonly();
