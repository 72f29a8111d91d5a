import type { FindingCode } from '../../report/finding.ts';
import { expiresText, isExpired, nextRevocationAging } from '../certificates/revocation-age.ts';
import { type RevocationList, readRevocationLists } from '../certificates/revocation-list.ts';
import type { CaContent } from './ca-bundles.ts';
import { type CertificateClock, LONGEST_WAIT_MS, REAL_CLOCK } from './certificates.ts';

/** What is told of lists of revoked certificates: a sentence without its full stop. */
export interface RevocationProblem {
  readonly code: Extract<FindingCode, `RevocationList${string}`>;
  readonly message: string;
}

interface Entry {
  readonly title: string;
  readonly version: string;
  readonly lists: readonly RevocationList[] | undefined;
  /** Why what is there now is not in use. */
  readonly unused: RevocationProblem | undefined;
}

/** Lists of revoked certificates, as they were read last, by name. What cannot be used replaces nothing. */
export class RevocationLists {
  #clock: CertificateClock;
  #entries = new Map<string, Entry>();
  #onChange: () => void = () => undefined;
  #cancel: () => void = () => undefined;

  constructor(clock = REAL_CLOCK) {
    this.#clock = clock;
  }

  /** Calls `run` whenever a list, or what is told of one, has changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
    this.#cancel();
  }

  /** The names of what was read, or cannot be used and never could. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** What is there now. `title` names it in messages. */
  offer(name: string, title: string, content: CaContent): void {
    const before = this.#entries.get(name);
    if (before?.version === content.version) return;
    this.#entries.set(name, entryOf(title, content, before?.lists, this.#clock.now()));
    this.#schedule();
    this.#onChange();
  }

  /** Forgets one that nothing refers to any more. */
  forget(name: string): void {
    this.#entries.delete(name);
    this.#schedule();
  }

  /** Undefined if there never was one that could be read. */
  listsOf(name: string): readonly RevocationList[] | undefined {
    return this.#entries.get(name)?.lists;
  }

  /** Names it in messages. */
  titleOf(name: string): string {
    return this.#entries.get(name)?.title ?? name;
  }

  problemsOf(name: string): readonly RevocationProblem[] {
    const { title, lists = [], unused } = this.#entries.get(name) ?? {};
    const now = this.#clock.now();
    const expired = lists.find((list) => isExpired(list, now));
    const expiring = lists.flatMap((list) => expiresText(list, now) ?? []);
    return [
      ...(unused === undefined ? [] : [unused]),
      ...(expired === undefined
        ? []
        : [{ code: 'RevocationListExpired' as const, message: `${title} ${expiredText(expired)}` }]),
      ...expiring.map((text) => ({ code: 'RevocationListExpires' as const, message: `${title} ${text}` })),
    ];
  }

  /** Whether a list is not believed any more. */
  isExpired(list: RevocationList): boolean {
    return isExpired(list, this.#clock.now());
  }

  /** Reports when time alone changes what is told of a list. */
  #schedule(): void {
    this.#cancel();
    const now = this.#clock.now();
    const ahead = [...this.#entries.values()].flatMap(({ lists = [] }) =>
      lists.flatMap((list) => nextRevocationAging(list, now) ?? []),
    );
    if (ahead.length === 0) return;
    const wait = Math.min(...ahead) - now;
    this.#cancel = this.#clock.after(Math.min(LONGEST_WAIT_MS, wait), () => {
      this.#schedule();
      if (wait <= LONGEST_WAIT_MS) this.#onChange();
    });
  }
}

const expiredText = ({ nextUpdateMs = 0 }: RevocationList): string =>
  `has a list of revoked certificates that expired on ${new Date(nextUpdateMs).toISOString().slice(0, 16)}Z: write a new one of its authority`;

const MISSING = 'CaBundleMissing';

/** A list that has expired does not replace one that has not. */
const entryOf = (
  title: string,
  content: CaContent,
  before: readonly RevocationList[] | undefined,
  now: number,
): Entry => {
  const { version } = content;
  const keep = (code: RevocationProblem['code'], message: string): Entry => ({
    title,
    version,
    lists: before,
    unused: { code, message },
  });
  if ('problem' in content) {
    const { code, message } = content.problem;
    return keep(code === MISSING ? 'RevocationListMissing' : 'RevocationListInvalid', message);
  }
  const read = readRevocationLists(content.text);
  if (!read.ok) return keep('RevocationListInvalid', `${title}: ${read.problem}`);
  const expired = read.lists.find((list) => isExpired(list, now));
  const isBetter = before !== undefined && !before.some((list) => isExpired(list, now));
  if (expired !== undefined && isBetter)
    return keep('RevocationListInvalid', `${title} ${expiredText(expired)}`);
  return { title, version, lists: read.lists, unused: undefined };
};
