import type { Protocol } from './request-load.ts';

const HEAD_END = '\r\n\r\n';

/**
 * HTTP/1.1 with keep-alive; responses must have a Content-Length, status 200, and the endpoint's name in the
 * first line of the body.
 */
export const httpProtocol = (host: string): Protocol => {
  const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  return {
    request: () => request,
    parseResponse(received) {
      const headLength = received.indexOf(HEAD_END);
      if (headLength < 0) return undefined;
      const head = received.slice(0, headLength);
      const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
      if (status !== '200')
        throw new Error(status === undefined ? 'response is not HTTP' : `status ${status}`);
      const bodyLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (bodyLength === undefined) throw new Error('response without Content-Length');
      const length = headLength + HEAD_END.length + Number(bodyLength);
      if (received.length < length) return undefined;
      return {
        length,
        endpoint: received.slice(headLength + HEAD_END.length, length).split('\n', 1)[0] ?? '',
      };
    },
  };
};

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const command = (...words: readonly string[]): string => `*${words.length}\r\n${words.map(bulk).join('')}`;
const keyOf = (connection: number): string => `l4b:${connection}`;
const setValue = (connection: number, request: number): string => `${connection}:${request - (request % 2)}`;

/** Redis: a SET, then a GET that must return the same value; each connection has its own key. */
export const redisProtocol: Protocol = {
  request: (connection, request) =>
    request % 2 === 0
      ? command('SET', keyOf(connection), setValue(connection, request))
      : command('GET', keyOf(connection)),
  parseResponse(received, connection, request) {
    const expected = request % 2 === 0 ? '+OK\r\n' : bulk(setValue(connection, request));
    if (received.startsWith(expected)) return { length: expected.length };
    if (expected.startsWith(received)) return undefined;
    throw new Error(
      received.startsWith('-')
        ? (received.split('\r\n', 1)[0] ?? '')
        : 'the value is not the one that was set',
    );
  },
};
