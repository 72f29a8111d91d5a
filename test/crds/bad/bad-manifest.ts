import type { Loose } from '../base-manifest.ts';

/** A manifest that both the API server and the parser must refuse, at the same path. */
export interface BadManifest {
  readonly title: string;
  /** The rule that refuses it; absent if the schema does. */
  readonly rule?: string;
  readonly input: Loose;
  /** The path that the parser reports; the API server reports it or an ancestor. */
  readonly path: string;
  /** Expected message of the API server. */
  readonly server: RegExp;
  /** Expected message of the parser. */
  readonly parser: RegExp;
}

/** Omit `parser` if both messages are the same. */
export const bad = (
  title: string,
  rule: string | undefined,
  input: Loose,
  path: string,
  server: RegExp,
  parser: RegExp = server,
): BadManifest => ({ title, ...(rule === undefined ? {} : { rule }), input, path, server, parser });
