import { resolve } from 'node:path';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { watchFile } from './file-change.ts';
import { followNames } from './follow-names.ts';
import { readTicketKeys, type TicketKeysReading } from './read-ticket-keys.ts';
import type { Named, NameFollower } from './with-named.ts';

const filesIn = ({ listeners }: Configuration): readonly string[] => [
  ...new Set(listeners.flatMap(({ ticketKeysFile }) => ticketKeysFile ?? [])),
];

/**
 * The keys of session tickets in a file, as they were read last. What cannot be used replaces nothing, even
 * if it is in another file: who has sessions with the keys in use can go on.
 */
export class TicketKeysFile {
  #keys: Uint8Array | undefined;
  /** By the name of the file: why it cannot be used; undefined if it is in use. */
  #problems = new Map<string, string | undefined>();
  #onChange: () => void = () => undefined;

  /** Calls `run` whenever the keys, or what is told of them, have changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
  }

  /** The names of files that were read, or cannot be used. */
  get names(): ReadonlySet<string> {
    return new Set(this.#problems.keys());
  }

  keysFor(configuration: Configuration): Uint8Array | undefined {
    return filesIn(configuration).length === 0 ? undefined : this.#keys;
  }

  /** What is there now. */
  offer(name: string, reading: TicketKeysReading): void {
    const problem = reading.ok ? undefined : reading.problem;
    const isSame =
      !reading.ok || (this.#keys !== undefined && Buffer.compare(reading.keys, this.#keys) === 0);
    if (isSame && this.#problems.has(name) && this.#problems.get(name) === problem) return;
    if (reading.ok) this.#keys = reading.keys;
    this.#problems.set(name, problem);
    this.#onChange();
  }

  /** Forgets a file that no listener names any more. */
  forget(name: string): void {
    this.#problems.delete(name);
  }

  /** One finding for each listener whose file cannot be used. */
  findings({ listeners, written }: Configuration): readonly ProxyFinding[] {
    const consequence =
      this.#keys === undefined
        ? 'Until it can be used, this proxy alone resumes its sessions'
        : 'The keys read before stay in use';
    return listeners.flatMap(({ name, ticketKeysFile }): readonly ProxyFinding[] => {
      const problem = ticketKeysFile && this.#problems.get(ticketKeysFile);
      if (!problem) return [];
      return [
        {
          code: 'TicketKeysInvalid',
          listener: name,
          path: `${written.listeners.get(name) ?? `spec.listeners[${name}]`}.tls.ticketKeysFile`,
          message: `${problem}. ${consequence}`,
        },
      ];
    });
  }
}

/** The keys of session tickets, for `withNamed`: of a snapshot they change the findings alone. */
export const namedTicketKeys = (file: TicketKeysFile): Named => ({
  onChange: (run) => file.onChange(run),
  namesIn: filesIn,
  known: () => file.names,
  fillIn: (snapshot) => ({
    ...snapshot,
    findings: [...snapshot.findings, ...file.findings(snapshot.configuration)],
  }),
});

/** Follows the file, whose path is relative to `folder`. */
export const followTicketKeysFile = (folder: string, file: TicketKeysFile): NameFollower =>
  followNames(
    (name) => {
      const path = resolve(folder, name);
      const read = (): void => file.offer(name, readTicketKeys(path));
      const stop = watchFile(path, read);
      read();
      return stop;
    },
    (name) => file.forget(name),
  );
