import type { Loose } from '../base-manifest.ts';

/** A manifest that must be refused by the API server and by the parser, at the same place. */
export interface BadManifest {
  readonly title: string;
  /** The rule that refuses it; none where the schema does. */
  readonly rule?: string;
  readonly input: Loose;
  /** Where the parser points to; the API server points there, or to something around it. */
  readonly path: string;
  /** What the API server says. */
  readonly server: RegExp;
  /** What the parser says, where it says it otherwise. */
  readonly parser: RegExp;
}

/** `parser` is left out where both say the same. */
export const bad = (
  title: string,
  rule: string | undefined,
  input: Loose,
  path: string,
  server: RegExp,
  parser: RegExp = server,
): BadManifest => ({ title, ...(rule === undefined ? {} : { rule }), input, path, server, parser });
