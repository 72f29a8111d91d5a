import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FindingCode, ProxyFinding } from '../../report/finding.ts';
import { type ListForm, ListReader } from '../address-set/list-reader.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { ListState } from '../configuration/listener-sources.ts';
import type { KnownList } from '../configuration/snapshot.ts';

/** Lines that are read before other work of this thread gets its turn: they take about a millisecond. */
const LINES_PER_TURN = 5_000;

/** What a ConfigMap or a file contains at one moment, or why it cannot be used. */
export type ListContent =
  | { readonly version: string; readonly texts: readonly ListText[] }
  | { readonly version: string; readonly code: ListProblemCode; readonly problem: string };

export interface ListText {
  /** Where the text is, for people, such as `key deny`. */
  readonly where: string;
  readonly form: ListForm;
  readonly text: string;
}

type ListProblemCode = Extract<FindingCode, 'SourceListMissing' | 'SourceListInvalid'>;

interface Entry {
  readonly title: string;
  newest: ListContent;
  state: ListState | undefined;
  readAtMs: number | undefined;
  problem: { readonly code: ListProblemCode; readonly message: string } | undefined;
  unusableSinceMs: number | undefined;
  isReading: boolean;
}

/**
 * Lists of addresses, as they were read last, by name. A list that becomes unusable stays as it was. Reading
 * gives way to other work again and again, and starts over if the list has changed in the meantime.
 */
export class SourceLists {
  #entries = new Map<string, Entry>();
  #onChange: () => void = () => undefined;

  /** Calls `run` whenever a state or a problem has changed. */
  onChange(run: () => void): void {
    this.#onChange = run;
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#onChange = () => undefined;
  }

  /** By name: the lists that were read, or that cannot be used and never could. */
  get states(): ReadonlyMap<string, ListState> {
    return new Map(
      [...this.#entries].flatMap(([name, { state }]) => (state === undefined ? [] : [[name, state]])),
    );
  }

  /** The lists with these names, for people to see. */
  known(names: readonly string[]): readonly KnownList[] {
    return names.map((name) => {
      const { state, readAtMs, unusableSinceMs } = this.#entries.get(name) ?? {};
      return {
        name,
        ...(state === undefined || state === 'Unusable' ? {} : { content: state }),
        ...(readAtMs === undefined ? {} : { readAtMs }),
        ...(unusableSinceMs === undefined ? {} : { unusableSinceMs }),
      };
    });
  }

  /** What a list contains now. `title` names it in messages, such as `ConfigMap "blocked"`. */
  offer(name: string, title: string, content: ListContent): void {
    const entry = this.#entries.get(name) ?? {
      title,
      newest: content,
      state: undefined,
      readAtMs: undefined,
      problem: undefined,
      unusableSinceMs: undefined,
      isReading: false,
    };
    if (this.#entries.has(name) && entry.newest.version === content.version) return;
    this.#entries.set(name, entry);
    entry.newest = content;
    if (!entry.isReading) void this.#read(entry);
  }

  /** Forgets a list that no listener has any more. */
  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Findings about the lists of a configuration, one for each listener that has a list with a problem. */
  findings({ listeners, written }: Configuration): readonly ProxyFinding[] {
    return listeners.flatMap(({ name, sourceLists }) =>
      (sourceLists?.lists ?? []).flatMap((list): ProxyFinding[] => {
        const { problem, state } = this.#entries.get(list) ?? {};
        if (problem === undefined) return [];
        const consequence =
          state === 'Unusable'
            ? `Until it can be read, nobody may connect to listener "${name}".`
            : 'The list that was read last stays in effect.';
        return [
          {
            code: problem.code,
            listener: name,
            path: `${written.listeners.get(name) ?? `spec.listeners[${name}]`}.sources`,
            message: `${problem.message}. ${consequence}`,
          },
        ];
      }),
    );
  }

  async #read(entry: Entry): Promise<void> {
    entry.isReading = true;
    for (let read: ListContent | undefined; read !== entry.newest; ) {
      read = entry.newest;
      await this.#readContent(entry, read);
    }
    entry.isReading = false;
    this.#onChange();
  }

  async #readContent(entry: Entry, content: ListContent): Promise<void> {
    const fail = (code: ListProblemCode, message: string): void => {
      entry.state ??= 'Unusable';
      entry.problem = { code, message };
      entry.unusableSinceMs ??= Date.now();
    };
    if ('problem' in content) {
      fail(content.code, content.problem);
      return;
    }
    const reader = new ListReader();
    for (const { text, form, where } of content.texts) {
      reader.begin(text, form);
      while (reader.read(LINES_PER_TURN)) {
        await nextTurn();
        if (entry.newest !== content) return;
      }
      if (reader.problem === undefined) continue;
      const { line, message } = reader.problem;
      fail(
        'SourceListInvalid',
        `${[entry.title, where].filter(Boolean).join(', ')}, line ${line}: ${message}`,
      );
      return;
    }
    entry.state = reader.build();
    entry.readAtMs = Date.now();
    entry.problem = undefined;
    entry.unusableSinceMs = undefined;
  }
}
