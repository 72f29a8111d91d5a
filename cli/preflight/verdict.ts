/** Fine; in the way; worth knowing; or not known, for lack of a right. */
export type State = 'Fine' | 'Bad' | 'Warn' | 'Unknown';

export interface Verdict {
  readonly state: State;
  /** What was looked at, such as `Sysctls`. */
  readonly about: string;
  /** A sentence. */
  readonly what: string;
  /** What to do; empty if nothing. */
  readonly remedy: string;
}

export const verdict = (state: State, about: string, what: string, remedy = ''): Verdict => ({
  state,
  about,
  what,
  remedy,
});

/** Something that was read, or why not. */
export type Known<T> = { readonly value: T } | { readonly unknown: string };

/** The verdict on what is known, or that it is not. */
export const onKnown = <T>(
  known: Known<T>,
  about: string,
  judge: (value: T) => readonly Verdict[],
): readonly Verdict[] =>
  'unknown' in known ? [verdict('Unknown', about, known.unknown)] : judge(known.value);

/** The first few of many names. */
export const some = (names: readonly string[], most = 5): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
