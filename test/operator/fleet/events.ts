import { type IncomingMessage, request } from 'node:http';
import { EventLines, type TextEvent } from '../../../operator/fleet/event-lines.ts';

/** What was answered to a GET request: its status and its text, or the events as they come. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  text(): Promise<string>;
  /** Resolves with the data of the first event of this type for which `isWanted` is true. */
  event<T>(type: string, isWanted?: (data: T) => boolean): Promise<T>;
  close(): void;
}

const LONGEST = 10_000_000;

/** Asks a server at a host and port. */
export const get = (
  address: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const asked = request({ host, port, path, headers, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      response.setEncoding('utf8');
      const lines = new EventLines(LONGEST);
      const events = async function* (): AsyncIterable<TextEvent> {
        for await (const text of response) yield* lines.push(text as string);
      };
      const iterator = events()[Symbol.asyncIterator]();
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        async text() {
          let text = '';
          for await (const chunk of response) text += chunk as string;
          return text.trim();
        },
        async event<T>(type: string, isWanted: (data: T) => boolean = () => true): Promise<T> {
          for (;;) {
            const { done, value } = await iterator.next();
            if (done === true) throw new Error(`the stream ended without the event ${type}`);
            if (value.type !== type) continue;
            const data = JSON.parse(value.data) as T;
            if (isWanted(data)) return data;
          }
        },
        close: () => response.destroy(),
      });
    });
    asked.end();
  });
