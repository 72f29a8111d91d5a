import { type Document, isCollection, isNode, LineCounter, parseAllDocuments } from 'yaml';
import type { Finding } from './finding.ts';
import { inspect } from './inspect.ts';
import type { L4Balancer } from './l4balancer.ts';
import { formatPath, type Path } from './path.ts';
import { KIND } from './resource-type.ts';
import type { Environment } from './rules/apply.ts';
import { textOf } from './schema-findings.ts';

export interface ParsedManifest {
  /** Undefined if there is any finding. */
  readonly balancer: L4Balancer | undefined;
  /** Ordered by line. */
  readonly findings: readonly Finding[];
  /**
   * Line of the field at a path, for findings that a caller adds; undefined if the file does not contain it.
   */
  readonly lineOf: (path: Path) => number | undefined;
}

/** Maximum length in characters; the API server accepts no larger objects. */
const MAX_LENGTH = 1_500_000;

/**
 * Parses a manifest file (YAML or JSON) with exactly one L4Balancer, no duplicate keys and no unknown fields.
 * Findings carry their line. Never throws.
 */
export const parseManifest = (text: string, environment: Environment = 'Cluster'): ParsedManifest => {
  if (text.length > MAX_LENGTH) {
    return refused(`has ${text.length} characters: a manifest has at most ${MAX_LENGTH}`);
  }
  try {
    return read(text, environment);
  } catch (cause) {
    // The library throws on alias bombs, and when deep nesting overflows its stack.
    return refused(`cannot be read as YAML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
};

const read = (text: string, environment: Environment): ParsedManifest => {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true };
  const parsed = parseAllDocuments(text, options);
  const documents = ('empty' in parsed ? [] : parsed).filter(hasContent);

  const broken = documents.flatMap(({ errors }) => errors);
  if (broken.length > 0) {
    return {
      balancer: undefined,
      findings: broken.map(({ pos, message }) => ({
        path: '',
        message: `is not valid YAML: ${message}`,
        line: lines.linePos(pos[0]).line,
      })),
      lineOf: nowhere,
    };
  }
  const [document, second] = documents;
  if (document === undefined) return refused(`is empty: expected one ${KIND}`);
  if (second !== undefined) {
    const message = `has ${documents.length} documents: expected one ${KIND} and nothing else`;
    return refused(message, lineAt(second, [], lines));
  }
  return inspected(document, lines, environment);
};

const inspected = (
  document: Document.Parsed,
  lines: LineCounter,
  environment: Environment,
): ParsedManifest => {
  const { balancer, problems } = inspect(document.toJS(), 'Refuse', environment);
  const findings = problems.map(({ at, message }) => {
    const line = lineAt(document, at, lines);
    const lineOf = (other: Path): string => {
      const found = lineAt(document, other, lines);
      return found === undefined ? '' : ` (line ${found})`;
    };
    return {
      path: formatPath(at),
      message: textOf(message, lineOf),
      ...(line === undefined ? {} : { line }),
    };
  });
  return {
    balancer,
    findings: findings.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    lineOf: (path) => lineAt(document, path, lines),
  };
};

/** A document of only comments, or a stray `---`, is ignored unless it is malformed. */
const hasContent = (document: Document.Parsed): boolean =>
  document.errors.length > 0 || (document.contents !== null && document.toJS() !== null);

const refused = (message: string, line?: number): ParsedManifest => ({
  balancer: undefined,
  findings: [{ path: '', message, ...(line === undefined ? {} : { line }) }],
  lineOf: nowhere,
});

const nowhere = (): undefined => undefined;

/** 1-based line of the node at `path`, or of its nearest ancestor that the file contains. */
const lineAt = (document: Document.Parsed, path: Path, lines: LineCounter): number | undefined => {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetAt(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
};

/** Offset of a field's key, or of a list entry. */
const offsetAt = (document: Document.Parsed, path: Path): number | undefined => {
  const last = path.at(-1);
  if (typeof last === 'string') {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (!isCollection(parent)) return undefined;
    for (const { key } of parent.items as { key?: unknown }[]) {
      if (isNode(key) && 'value' in key && String(key.value) === last) return key.range?.[0];
    }
    return undefined;
  }
  const node = last === undefined ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
};
