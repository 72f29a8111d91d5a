import type { ProxyFinding } from '../../report/finding.ts';
import { type CertificateProblem, type Choice, chooseKeyPair, type Offered } from '../certificates/choose.ts';
import type { KeyPair, KeyPairTexts } from '../certificates/key-pair.ts';
import { readKeyPair } from '../certificates/read-key-pair.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { KnownKeyPair } from '../configuration/listener-certificates.ts';
import type { KnownCertificate } from '../configuration/snapshot.ts';
import { type CertificateUse, OF_LISTENERS } from './certificate-use.ts';
import {
  type ChosenStaple,
  chooseStaple,
  type FormerStaple,
  type OtherStaples,
  stapleText,
} from './choose-staple.ts';
import { readStaple } from './read-staple.ts';
import { isUsablePair } from './usable-pair.ts';

/** What a Secret or a file contains at one moment, or why it cannot be used. */
export type CertificateContent = { readonly version: string } & (
  | {
      readonly texts: KeyPairTexts;
      /** An OCSP response about the certificate in DER, or why it cannot be read; omitted for none. */
      readonly ocsp?: Uint8Array | string;
    }
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

interface Entry extends OtherStaples, ChosenStaple {
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
    return new Map([...this.#entries].map(([name, entry]) => [name, pairInUse(entry) ?? 'None']));
  }

  /** What is there now. `title` names it in messages, such as `Secret "web-tls"`. */
  offer(name: string, title: string, content: CertificateContent): void {
    const before = this.#entries.get(name);
    if (before?.version === content.version) return;
    const { offered, unread } = offeredBy(title, content, this.#use);
    const former = formerOf(before);
    const seen = { title, version: content.version, offered, unread, former };
    this.#entries.set(name, this.#decide(seen, before?.choice.pair));
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
    const users = this.#use.usersIn(configuration);
    return [...new Set(users.flatMap(({ names }) => names))].map((name) => {
      const entry = this.#entries.get(name);
      const { pair, unused } = entry?.choice ?? {};
      const isStapled = entry?.staple !== undefined || (entry?.unfit === undefined ? undefined : false);
      const about = users.filter(({ names }) => names.includes(name)).map((user) => user.about);
      const usedByBackends = about.flatMap(({ backend }) => backend ?? []);
      return {
        name,
        hosts: pair?.names ?? [],
        ...(pair === undefined ? {} : { notBeforeMs: pair.notBeforeMs, notAfterMs: pair.notAfterMs }),
        usedBy: about.flatMap(({ listener }) => listener ?? []),
        ...(usedByBackends.length === 0 ? {} : { usedByBackends }),
        ...(unused === undefined ? {} : { problem: `${unused.message}.` }),
        ...(isStapled === undefined ? {} : { isStapled }),
      };
    });
  }

  /** Findings about the certificates of a configuration, for each user that has one with a problem. */
  findings(configuration: Configuration): readonly ProxyFinding[] {
    return this.#use
      .usersIn(configuration)
      .flatMap(({ about, names }) =>
        names.flatMap((name) =>
          problemsOf(this.#entries.get(name), this.#use).map((problem) => ({ ...problem, ...about })),
        ),
      );
  }

  /** What is used of what is there now. */
  #decide(seen: Seen, used: KeyPair | undefined): Entry {
    const nowMs = this.#clock.now();
    const choice = chooseKeyPair(seen.title, seen.offered, used, nowMs, this.#use.refusers);
    return { ...seen, choice, ...chooseStaple(seen, choice, nowMs) };
  }

  /** Decides again when time alone changes something. */
  #schedule(): void {
    this.#cancel();
    const nowMs = this.#clock.now();
    const waits = [...this.#entries.values()]
      .flatMap(({ choice: { nextMs, pair }, staple }) => [
        ...(nextMs === undefined ? [] : [nextMs]),
        ...[staple, pair?.staple].flatMap((one) => one ?? []).map((one) => one.nextUpdateMs - nowMs),
      ])
      .filter((ms) => ms > 0);
    this.#cancel =
      waits.length === 0
        ? () => undefined
        : this.#clock.after(Math.min(LONGEST_WAIT_MS, ...waits), () => this.#age());
  }

  #age(): void {
    let isChanged = false;
    for (const [name, entry] of this.#entries) {
      const aged = this.#decide(entry, entry.choice.pair);
      isChanged ||= told(aged) !== told(entry);
      this.#entries.set(name, aged);
    }
    this.#schedule();
    if (isChanged) this.#onChange();
  }
}

const told = ({ choice: { pair, unused, aging }, staple, unfit }: Entry): string =>
  JSON.stringify([pair?.id, unused, aging, staple?.id, unfit]);

type Seen = Pick<Entry, 'title' | 'version' | 'offered' | 'unread' | 'former'>;

const pairInUse = ({ choice: { pair }, staple }: Entry): KeyPair | undefined =>
  pair?.staple === staple ? pair : pair?.withStaple(staple);

const formerOf = (before: Entry | undefined): FormerStaple | undefined => {
  const { choice, staple } = before ?? {};
  return choice?.pair === undefined || staple === undefined ? undefined : { id: choice.pair.id, staple };
};

/** What is there now, and what is wrong with the OCSP response beside it. */
const offeredBy = (
  title: string,
  content: CertificateContent,
  { areOfHosts }: CertificateUse,
): Pick<Entry, 'offered' | 'unread'> => {
  const none = { unread: undefined };
  if ('problem' in content) return { offered: content.problem, ...none };
  const { texts } = content;
  const ocsp = areOfHosts ? content.ocsp : undefined;
  const read = readKeyPair(texts, isUsablePair, areOfHosts);
  if (!read.ok)
    return { offered: { code: 'CertificateInvalid', message: `${title}: ${read.problem}` }, ...none };
  if (ocsp === undefined) return { offered: read.pair, ...none };
  if (typeof ocsp === 'string')
    return { offered: read.pair, unread: { ok: false, why: ocsp, isVerdict: false } };
  const reading = readStaple(ocsp, texts);
  return reading.ok
    ? { offered: read.pair.withStaple(reading.staple), ...none }
    : { offered: read.pair, unread: reading };
};

const problemsOf = (entry: Entry | undefined, { without }: CertificateUse): readonly CertificateProblem[] => {
  if (entry === undefined) return [];
  const { choice, title, staple, unfit } = entry;
  const { pair, unused, aging } = choice;
  const consequence = pair === undefined ? without : 'The certificate read before stays in use';
  return [
    ...(unused === undefined ? [] : [{ ...unused, message: `${unused.message}. ${consequence}` }]),
    ...(aging === undefined ? [] : [aging]),
    ...(unfit === undefined || pair === undefined
      ? []
      : [
          {
            code: 'OcspResponseUnfit' as const,
            message: `${title}: its OCSP response ${unfit}. ${stapleText(staple)}; fetch a new one from its issuer`,
          },
        ]),
  ];
};
