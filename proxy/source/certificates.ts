import type { ProxyFinding } from '../../report/finding.ts';
import { type CertificateProblem, type Choice, chooseKeyPair, type Offered } from '../certificates/choose.ts';
import type { KeyPair, KeyPairTexts } from '../certificates/key-pair.ts';
import { readKeyPair } from '../certificates/read-key-pair.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { certificatesOf, type KnownKeyPair, usersOf } from '../configuration/listener-certificates.ts';
import type { KnownCertificate } from '../configuration/snapshot.ts';
import { type CertificateUse, OF_LISTENERS } from './certificate-use.ts';
import { isUsablePair } from './usable-pair.ts';

/** What a Secret or a file contains at one moment, or why it cannot be used. */
export type CertificateContent = { readonly version: string } & (
  | { readonly texts: KeyPairTexts }
  | { readonly problem: CertificateProblem }
);

/** What the certificates need of time, which tests replace. */
export interface CertificateClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

/** Timers of Node overflow above some 24 days, and a machine may sleep: the time is looked at again. */
export const LONGEST_WAIT_MS = 3_600_000;

export const REAL_CLOCK: CertificateClock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

interface Entry {
  readonly title: string;
  readonly version: string;
  readonly offered: Offered;
  readonly choice: Choice;
}

/**
 * Certificates with their keys, as they were read last, by name. One that can no longer be used stays as it
 * was. Keys are only in memory: nothing that is told of a certificate contains any of its text.
 */
export class Certificates {
  #clock: CertificateClock;
  #use: CertificateUse;
  #entries = new Map<string, Entry>();
  #onChange: () => void = () => undefined;
  #cancel: () => void = () => undefined;

  constructor(use = OF_LISTENERS, clock = REAL_CLOCK) {
    this.#clock = clock;
    this.#use = use;
  }

  /** Calls `run` whenever a certificate, or what is told of one, has changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
    this.#cancel();
  }

  /** By name: the certificates that were read, or that cannot be used and never could. */
  get known(): ReadonlyMap<string, KnownKeyPair> {
    return new Map([...this.#entries].map(([name, { choice }]) => [name, choice.pair ?? 'None']));
  }

  /** What is there now. `title` names it in messages, such as `Secret "web-tls"`. */
  offer(name: string, title: string, content: CertificateContent): void {
    const before = this.#entries.get(name);
    if (before?.version === content.version) return;
    const offered = offeredBy(title, content, this.#use);
    const choice = this.#choose(title, offered, before?.choice.pair);
    this.#entries.set(name, { title, version: content.version, offered, choice });
    this.#schedule();
    this.#onChange();
  }

  /** Forgets one that no listener has any more. */
  forget(name: string): void {
    this.#entries.delete(name);
    this.#schedule();
  }

  /** The certificates of a configuration, for people to see. */
  shown(configuration: Configuration): readonly KnownCertificate[] {
    return certificatesOf(configuration).map((name) => {
      const { pair, unused } = this.#entries.get(name)?.choice ?? {};
      return {
        name,
        hosts: pair?.names ?? [],
        ...(pair === undefined ? {} : { notAfterMs: pair.notAfterMs }),
        usedBy: usersOf(configuration, name),
        ...(unused === undefined ? {} : { problem: `${unused.message}.` }),
      };
    });
  }

  /** Findings about the certificates of a configuration, for each user that has one with a problem. */
  findings(configuration: Configuration): readonly ProxyFinding[] {
    return this.#use
      .usersIn(configuration)
      .flatMap(({ about, names }) =>
        names.flatMap((name) =>
          problemsOf(this.#entries.get(name)?.choice, this.#use).map((problem) => ({ ...problem, ...about })),
        ),
      );
  }

  #choose(title: string, offered: Offered, used: KeyPair | undefined): Choice {
    return chooseKeyPair(title, offered, used, this.#clock.now(), this.#use.refusers);
  }

  /** Decides again when time alone changes something. */
  #schedule(): void {
    this.#cancel();
    const waits = [...this.#entries.values()].flatMap(({ choice }) => choice.nextMs ?? []);
    this.#cancel =
      waits.length === 0
        ? () => undefined
        : this.#clock.after(Math.min(LONGEST_WAIT_MS, ...waits), () => this.#age());
  }

  #age(): void {
    let isChanged = false;
    for (const [name, entry] of this.#entries) {
      const choice = this.#choose(entry.title, entry.offered, entry.choice.pair);
      isChanged ||= told(choice) !== told(entry.choice);
      this.#entries.set(name, { ...entry, choice });
    }
    this.#schedule();
    if (isChanged) this.#onChange();
  }
}

const told = ({ pair, unused, aging }: Choice): string => JSON.stringify([pair?.id, unused, aging]);

const offeredBy = (title: string, content: CertificateContent, { areOfHosts }: CertificateUse): Offered => {
  if ('problem' in content) return content.problem;
  const read = readKeyPair(content.texts, isUsablePair, areOfHosts);
  return read.ok ? read.pair : { code: 'CertificateInvalid', message: `${title}: ${read.problem}` };
};

const problemsOf = (
  choice: Choice | undefined,
  { without }: CertificateUse,
): readonly CertificateProblem[] => {
  if (choice === undefined) return [];
  const { pair, unused, aging } = choice;
  const consequence = pair === undefined ? without : 'The certificate read before stays in use';
  return [
    ...(unused === undefined ? [] : [{ ...unused, message: `${unused.message}. ${consequence}` }]),
    ...(aging === undefined ? [] : [aging]),
  ];
};
