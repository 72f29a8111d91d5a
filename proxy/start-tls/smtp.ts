import { lineAt } from './lines.ts';
import {
  ascii,
  type ClientStep,
  endpointFollows,
  FAIL,
  NEED_MORE,
  NOTHING,
  type Opening,
  tlsFollows,
} from './opening.ts';

const MOST_LINE_BYTES = 1_000;

const answer = (drop: number, text: string, step: number, carry?: Uint8Array): ClientStep => ({
  type: 'Answer',
  drop,
  send: ascii(text),
  step,
  ...(carry === undefined ? {} : { carry }),
});

/** Steps towards an endpoint: its greeting, what it can do, whether it begins TLS. */
const GREETING = 0;
const ABILITIES = 1;
const CONSENT = 2;

/** A reply, which may have several lines: its code, its text, and where it ends. */
const replyIn = (
  bytes: Uint8Array,
  length: number,
): { readonly code: string; readonly lines: readonly string[]; readonly end: number } | undefined => {
  const lines: string[] = [];
  for (let line = lineAt(bytes, length); line !== undefined; line = lineAt(bytes, length, line.next)) {
    lines.push(line.text);
    if (line.text[3] !== '-') return { code: line.text.slice(0, 3), lines, end: line.next };
  }
  return undefined;
};

/** EHLO, STARTTLS; the client's name is passed on. With TLS it says EHLO again, to the server itself. */
export const SMTP: Opening = {
  client: {
    greeting: ascii('220 l4balancer ESMTP\r\n'),
    read(bytes, length, step) {
      const line = lineAt(bytes, length);
      if (line === undefined)
        return length > MOST_LINE_BYTES
          ? { type: 'Refuse', send: ascii('500 5.5.6 Line too long\r\n'), problem: 'StartTlsMalformed' }
          : NEED_MORE;
      const [command = '', ...parameters] = line.text.split(' ');
      switch (command.toUpperCase()) {
        case 'EHLO':
          return answer(
            line.next,
            '250-l4balancer\r\n250 STARTTLS\r\n',
            1,
            ascii(`EHLO ${parameters.join(' ')}\r\n`),
          );
        case 'HELO':
          return answer(line.next, '250 l4balancer\r\n', 1, ascii(`EHLO ${parameters.join(' ')}\r\n`));
        case 'NOOP':
        case 'RSET':
          return answer(line.next, '250 2.0.0 OK\r\n', step);
        case 'STARTTLS':
          if (parameters.length > 0) return answer(line.next, '501 5.5.4 No parameters allowed\r\n', step);
          if (step === 0) return answer(line.next, '503 5.5.1 Say EHLO first\r\n', step);
          return tlsFollows(line.next, length, ascii('220 2.0.0 Ready to start TLS\r\n'));
        case 'QUIT':
          return { type: 'Refuse', send: ascii('221 2.0.0 Bye\r\n'), problem: 'StartTlsMissing' };
        default:
          return answer(line.next, '530 5.7.0 Must issue a STARTTLS command first\r\n', step);
      }
    },
  },
  endpoint: {
    greeting: () => NOTHING,
    read(bytes, length, step, carried) {
      const reply = replyIn(bytes, length);
      if (reply === undefined) return NEED_MORE;
      const { code, lines, end } = reply;
      switch (step) {
        case GREETING:
          return code === '220' ? { type: 'Say', drop: end, send: carried, step: ABILITIES } : FAIL;
        case ABILITIES: {
          const hasTls = lines.some((line) => line.slice(4).trim().toUpperCase() === 'STARTTLS');
          return code === '250' && hasTls
            ? { type: 'Say', drop: end, send: ascii('STARTTLS\r\n'), step: CONSENT }
            : FAIL;
        }
        default:
          return code === '220' ? endpointFollows(end, length) : FAIL;
      }
    },
  },
};
