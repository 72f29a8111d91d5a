import type { FindingCode } from '../../report/finding.ts';
import {
  type AuthorityAging,
  type AuthorityEnd,
  authorityAging,
  endsIn,
  nextAging,
} from '../certificates/authority-age.ts';
import { type CaBundle, readCaBundle } from '../certificates/ca-bundle.ts';
import type { KnownCaBundle } from '../configuration/ca-names.ts';
import { LONGEST_WAIT_MS, REAL_CLOCK } from './certificates.ts';

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
  readonly title: string;
  readonly version: string;
  /** Of the certificates in the bundle. */
  readonly ends: readonly AuthorityEnd[];
  readonly bundle: CaBundle | undefined;
  /** Why what is there now is not in use. */
  readonly problem: CaProblem | undefined;
}

/** CA bundles, as they were read last, by name. One that can no longer be used stays as it was. */
export class CaBundles {
  #clock: typeof REAL_CLOCK;
  #entries = new Map<string, Entry>();
  #onChange: () => void = () => undefined;
  #cancel: () => void = () => undefined;

  constructor(clock = REAL_CLOCK) {
    this.#clock = clock;
  }

  /** Calls `run` whenever a bundle, or what is told of one, has changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
    this.#cancel();
  }

  /** By name: the bundles that were read, or that cannot be used and never could. */
  get known(): ReadonlyMap<string, KnownCaBundle> {
    return new Map([...this.#entries].map(([name, { bundle }]) => [name, bundle ?? 'None']));
  }

  /** What is there now. `title` names it in messages. */
  offer(name: string, title: string, content: CaContent): void {
    const before = this.#entries.get(name);
    if (before?.version === content.version) return;
    this.#entries.set(name, entryOf(title, content, before, this.#clock.now()));
    this.#schedule();
    this.#onChange();
  }

  /** Forgets one that nothing refers to any more. */
  forget(name: string): void {
    this.#entries.delete(name);
    this.#schedule();
  }

  /** Why what is there now is not in use; undefined if it is. */
  problemOf(name: string): CaProblem | undefined {
    return this.#entries.get(name)?.problem;
  }

  /** What is told of the age of the certificates in use; undefined if nothing is. */
  agingOf(name: string): AuthorityAging | undefined {
    const { title, ends } = this.#entries.get(name) ?? {};
    return title === undefined || ends === undefined
      ? undefined
      : authorityAging(title, ends, this.#clock.now());
  }

  /** Whether there is one, even if what is there now cannot be used. */
  isUsable(name: string): boolean {
    return this.#entries.get(name)?.bundle !== undefined;
  }

  /** Reports when time alone changes what is told of a bundle. */
  #schedule(): void {
    this.#cancel();
    const now = this.#clock.now();
    const ahead = [...this.#entries.values()].flatMap(({ ends }) => nextAging(ends, now) ?? []);
    if (ahead.length === 0) return;
    const wait = Math.min(...ahead) - now;
    this.#cancel = this.#clock.after(Math.min(LONGEST_WAIT_MS, wait), () => {
      this.#schedule();
      if (wait <= LONGEST_WAIT_MS) this.#onChange();
    });
  }
}

const entryOf = (title: string, content: CaContent, before: Entry | undefined, nowMs: number): Entry => {
  const { version } = content;
  const keep = (problem: CaProblem): Entry => ({
    title,
    version,
    ends: before?.ends ?? [],
    bundle: before?.bundle,
    problem,
  });
  if ('problem' in content) return keep(content.problem);
  const read = readCaBundle(content.text, nowMs);
  if (!read.ok) return keep({ code: 'CaBundleInvalid', message: `${title}: ${read.problem}` });
  const { bundle } = read;
  return { title, version, ends: endsIn(bundle), bundle, problem: undefined };
};
