import { lineAt } from './lines.ts';
import { ascii, endpointFollows, FAIL, NEED_MORE, NOTHING, type Opening, tlsFollows } from './opening.ts';

const MOST_LINE_BYTES = 4_096;
const CAPABILITIES = 'IMAP4rev1 STARTTLS LOGINDISABLED';
/** A tag and a command, with or without arguments. */
const COMMAND = /^([!#$&',-[\]^_`a-z|}~]{1,64}) ([A-Za-z]+)( .*)?$/;

/** Steps towards an endpoint. */
const GREETING = 0;

/** The server greets; `STARTTLS` with a tag of the client's. */
export const IMAP: Opening = {
  client: {
    greeting: ascii(`* OK [CAPABILITY ${CAPABILITIES}] ready\r\n`),
    read(bytes, length, step) {
      const line = lineAt(bytes, length);
      if (line === undefined)
        return length > MOST_LINE_BYTES
          ? { type: 'Refuse', send: ascii('* BYE Line too long\r\n'), problem: 'StartTlsMalformed' }
          : NEED_MORE;
      const [, tag, command = '', rest] = COMMAND.exec(line.text) ?? [];
      const answer = (text: string) =>
        ({ type: 'Answer', drop: line.next, send: ascii(`${text}\r\n`), step }) as const;
      if (tag === undefined) return answer('* BAD Not a command');
      switch (command.toUpperCase()) {
        case 'CAPABILITY':
          return answer(`* CAPABILITY ${CAPABILITIES}\r\n${tag} OK Done`);
        case 'ID':
          return answer(`* ID NIL\r\n${tag} OK Done`);
        case 'NOOP':
          return answer(`${tag} OK Done`);
        case 'STARTTLS':
          if (rest !== undefined) return answer(`${tag} BAD No arguments allowed`);
          return tlsFollows(line.next, length, ascii(`${tag} OK Begin TLS negotiation now\r\n`));
        case 'LOGOUT':
          return {
            type: 'Refuse',
            send: ascii(`* BYE Logging out\r\n${tag} OK Done\r\n`),
            problem: 'StartTlsMissing',
          };
        default:
          return answer(`${tag} NO [PRIVACYREQUIRED] STARTTLS is required first`);
      }
    },
  },
  endpoint: {
    greeting: () => NOTHING,
    read(bytes, length, step) {
      const line = lineAt(bytes, length);
      if (line === undefined) return NEED_MORE;
      const text = line.text.toUpperCase();
      if (step === GREETING)
        return text.startsWith('* OK')
          ? { type: 'Say', drop: line.next, send: ascii('l4b STARTTLS\r\n'), step: 1 }
          : FAIL;
      if (text.startsWith('* ')) return { type: 'Say', drop: line.next, send: NOTHING, step };
      return text.startsWith('L4B OK') ? endpointFollows(line.next, length) : FAIL;
    },
  },
};
