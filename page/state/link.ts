import { connection } from './store.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** What sends events to the page, and how it is asked for them. */
export interface Sender {
  readonly name: 'operator' | 'proxy';
  /** Without an event for as long, the connection is dead, though nothing said so. */
  readonly silenceMs: number;
  open(): void;
  close(): void;
}

/** Keeps a connection to a sender, and says on the page how it stands. */
export interface Link {
  /** Opens a connection in place of the one that there is. */
  connect(): void;
  /** Closes it until `connect`. */
  disconnect(): void;
  /** An event has come. */
  heard(): void;
  /** Closes it, and connects again after a pause. Without `why`, what was said last stays. */
  lose(why?: string): void;
  /** Says why it is lost, once that is known. */
  explain(why: string): void;
}

export const createLink = ({ name, silenceMs, open, close }: Sender): Link => {
  let timer: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  const wait = (ms: number, then: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };

  const link: Link = {
    connect() {
      link.disconnect();
      // What is shown is of before, and nothing else says so if the sender never answers.
      wait(silenceMs, () => link.lose(`The ${name} does not answer.`));
      open();
    },
    disconnect() {
      clearTimeout(timer);
      close();
    },
    heard() {
      pauseMs = FIRST_PAUSE_MS;
      if (connection.value.state !== 'Live') connection.value = { state: 'Live' };
      wait(silenceMs, () => link.lose(`The ${name} has sent nothing for a while.`));
    },
    lose(why) {
      link.disconnect();
      const before = connection.value;
      connection.value =
        before.state === 'Lost'
          ? { ...before, why: why ?? before.why }
          : {
              state: 'Lost',
              why: why ?? `The connection to the ${name} was interrupted.`,
              sinceMs: Date.now(),
            };
      wait(pauseMs, link.connect);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    },
    explain(why) {
      if (connection.value.state === 'Lost') connection.value = { ...connection.value, why };
    },
  };
  return link;
};
