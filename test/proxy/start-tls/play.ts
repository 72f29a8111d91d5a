import type { EndpointPart, Opening } from '../../../proxy/start-tls/opening.ts';

/** How the opening of a client or an endpoint went. */
export interface Played {
  /** What it was told, one entry each time; in latin1. */
  readonly told: readonly string[];
  /** 'TlsFollows', 'Direct', 'Fail', a problem, or 'NeedMore' if it is not over. */
  readonly end: string;
  /** What is carried to the endpoint, in latin1. */
  readonly carried: string;
  /** What was sent and is left for TLS. */
  readonly rest: string;
}

const bytesOf = (text: string | Uint8Array): Buffer =>
  typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A buffer with other bytes behind those that have come. */
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(50, 0xaa)]);

/** Plays a client that sends these parts, each once what came before was answered. */
export const playClient = ({ client }: Opening, parts: readonly (string | Uint8Array)[]): Played => {
  const told = client.greeting.length === 0 ? [] : [latin1(client.greeting)];
  let [step, carried] = [0, ''];
  let unread = Buffer.alloc(0);
  for (const part of parts) {
    unread = Buffer.concat([unread, bytesOf(part)]);
    for (let isRead = false; !isRead && unread.length > 0; ) {
      const next = client.read(padded(unread), unread.length, step);
      if (next.type === 'Answer' || next.type === 'TlsFollows') {
        if (next.carry !== undefined) carried = latin1(next.carry);
        unread = unread.subarray(next.drop);
      }
      switch (next.type) {
        case 'NeedMore':
          isRead = true;
          break;
        case 'Answer':
          told.push(latin1(next.send));
          step = next.step;
          break;
        case 'TlsFollows':
          if (next.send.length > 0) told.push(latin1(next.send));
          return { told, end: next.isDirect ? 'Direct' : 'TlsFollows', carried, rest: latin1(unread) };
        case 'Refuse':
          if (next.send.length > 0) told.push(latin1(next.send));
          return { told, end: next.problem, carried, rest: '' };
        default:
          return next satisfies never;
      }
    }
  }
  return { told, end: 'NeedMore', carried, rest: latin1(unread) };
};

/** Plays an endpoint in the same way. */
export const playEndpoint = (
  part: EndpointPart,
  parts: readonly (string | Uint8Array)[],
  carried: string | Uint8Array = '',
): Omit<Played, 'carried'> => {
  const bytes = bytesOf(carried);
  const greeting = part.greeting(bytes);
  const told = greeting.length === 0 ? [] : [latin1(greeting)];
  let step = 0;
  let unread = Buffer.alloc(0);
  for (const one of parts) {
    unread = Buffer.concat([unread, bytesOf(one)]);
    for (let isRead = false; !isRead && unread.length > 0; ) {
      const next = part.read(padded(unread), unread.length, step, bytes);
      switch (next.type) {
        case 'NeedMore':
          isRead = true;
          break;
        case 'Say':
          unread = unread.subarray(next.drop);
          if (next.send.length > 0) told.push(latin1(next.send));
          step = next.step;
          break;
        case 'TlsFollows':
          if (next.send.length > 0) told.push(latin1(next.send));
          return { told, end: 'TlsFollows', rest: latin1(unread.subarray(next.drop)) };
        case 'Fail':
          return { told, end: 'Fail', rest: '' };
        default:
          return next satisfies never;
      }
    }
  }
  return { told, end: 'NeedMore', rest: latin1(unread) };
};

/** The same bytes, one at a time. */
export const byteByByte = (parts: readonly (string | Uint8Array)[]): readonly Uint8Array[] =>
  parts.flatMap((part) => [...bytesOf(part)].map((byte) => Uint8Array.of(byte)));
