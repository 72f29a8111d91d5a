import type { FindingCode } from '../../report/finding.ts';
import { type CaBundle, readCaBundle } from '../certificates/ca-bundle.ts';
import type { KnownCaBundle } from '../configuration/ca-names.ts';

export type CaProblemCode = Extract<FindingCode, 'CaBundleMissing' | 'CaBundleInvalid'>;

/** What is told of a CA bundle: a sentence without its full stop. */
export interface CaProblem {
  readonly code: CaProblemCode;
  readonly message: string;
}

/** What a ConfigMap, a Secret or a file contains at one moment, or why it cannot be used. */
export type CaContent = { readonly version: string } & (
  | { readonly text: string }
  | { readonly problem: CaProblem }
);

interface Entry {
  readonly version: string;
  readonly bundle: CaBundle | undefined;
  /** Why what is there now is not in use. */
  readonly problem: CaProblem | undefined;
}

/** CA bundles, as they were read last, by name. One that can no longer be used stays as it was. */
export class CaBundles {
  #entries = new Map<string, Entry>();
  #onChange: () => void = () => undefined;

  /** Calls `run` whenever a bundle, or what is told of one, has changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
  }

  /** By name: the bundles that were read, or that cannot be used and never could. */
  get known(): ReadonlyMap<string, KnownCaBundle> {
    return new Map([...this.#entries].map(([name, { bundle }]) => [name, bundle ?? 'None']));
  }

  /** What is there now. `title` names it in messages. */
  offer(name: string, title: string, content: CaContent): void {
    const before = this.#entries.get(name);
    if (before?.version === content.version) return;
    this.#entries.set(name, entryOf(title, content, before?.bundle));
    this.#onChange();
  }

  /** Forgets one that nothing refers to any more. */
  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Why what is there now is not in use; undefined if it is. */
  problemOf(name: string): CaProblem | undefined {
    return this.#entries.get(name)?.problem;
  }

  /** Whether there is one, even if what is there now cannot be used. */
  isUsable(name: string): boolean {
    return this.#entries.get(name)?.bundle !== undefined;
  }
}

const entryOf = (title: string, content: CaContent, before: CaBundle | undefined): Entry => {
  const { version } = content;
  if ('problem' in content) return { version, bundle: before, problem: content.problem };
  const read = readCaBundle(content.text, Date.now());
  return read.ok
    ? { version, bundle: read.bundle, problem: undefined }
    : { version, bundle: before, problem: { code: 'CaBundleInvalid', message: `${title}: ${read.problem}` } };
};
