import {
  ascii,
  endpointFollows,
  FAIL,
  MALFORMED,
  NEED_MORE,
  NOTHING,
  type Opening,
  textOf,
  tlsFollows,
} from './opening.ts';

/** Tags of BER. */
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const ENUMERATED = 0x0a;
const OCTET_STRING = 0x04;
const EXTENDED_REQUEST = 0x77;
const EXTENDED_RESPONSE = 0x78;
const UNBIND_REQUEST = 0x42;
const REQUEST_NAME = 0x80;
const RESPONSE_NAME = 0x8a;
const START_TLS = '1.3.6.1.4.1.1466.20037';
const DISCONNECTION = '1.3.6.1.4.1.1466.20036';
const SUCCESS = 0;
const CONFIDENTIALITY_REQUIRED = 13;
const MOST_MESSAGE_BYTES = 4_096;

interface Element {
  readonly tag: number;
  readonly at: number;
  readonly end: number;
}

/**
 * The element that begins at `from`: where its content begins and ends, which may be behind `length`.
 * 'NeedMore' as long as its length has not come, 'Bad' with a length that nothing here has.
 */
const elementAt = (bytes: Uint8Array, length: number, from: number): Element | 'NeedMore' | 'Bad' => {
  if (length < from + 2) return 'NeedMore';
  const tag = bytes[from] as number;
  const first = bytes[from + 1] as number;
  if (first < 0x80) return { tag, at: from + 2, end: from + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return 'Bad';
  if (length < from + 2 + count) return 'NeedMore';
  let size = 0;
  for (let i = 0; i < count; i++) size = size * 256 + (bytes[from + 2 + i] as number);
  return { tag, at: from + 2 + count, end: from + 2 + count + size };
};

/** The parts of a message, once all of it is there. */
interface Message {
  /** The element with its ID. */
  readonly id: Element;
  readonly operation: Element;
  /** Where the message ends. */
  readonly end: number;
}

const inside = (bytes: Uint8Array, from: number, end: number): Element | undefined => {
  const found = elementAt(bytes, end, from);
  return typeof found === 'string' || found.end > end ? undefined : found;
};

const messageIn = (bytes: Uint8Array, length: number): Message | 'NeedMore' | 'Bad' => {
  if (length > 0 && bytes[0] !== SEQUENCE) return 'Bad';
  const whole = elementAt(bytes, length, 0);
  if (typeof whole === 'string') return whole;
  if (whole.end > MOST_MESSAGE_BYTES) return 'Bad';
  if (whole.end > length) return 'NeedMore';
  const id = inside(bytes, whole.at, whole.end);
  const operation = id === undefined ? undefined : inside(bytes, id.end, whole.end);
  if (id?.tag !== INTEGER || operation === undefined) return 'Bad';
  return { id, operation, end: whole.end };
};

const element = (tag: number, ...content: readonly number[]): readonly number[] => [
  tag,
  content.length,
  ...content,
];

const response = (id: Uint8Array, code: number, name: string): Uint8Array =>
  Uint8Array.from(
    element(
      SEQUENCE,
      ...element(INTEGER, ...id),
      ...element(
        EXTENDED_RESPONSE,
        ...element(ENUMERATED, code),
        ...element(OCTET_STRING),
        ...element(OCTET_STRING),
        ...element(RESPONSE_NAME, ...ascii(name)),
      ),
    ),
  );

const TLS_REQUIRED = response(Uint8Array.of(0), CONFIDENTIALITY_REQUIRED, DISCONNECTION);
/** The extended operation StartTLS; the endpoint gets the client's request as it was. */
export const LDAP: Opening = {
  client: {
    greeting: NOTHING,
    read(bytes, length) {
      const message = messageIn(bytes, length);
      if (message === 'NeedMore') return NEED_MORE;
      if (message === 'Bad' || message.id.end - message.id.at > 4) return MALFORMED;
      const { id, operation, end } = message;
      if (operation.tag === UNBIND_REQUEST)
        return { type: 'Refuse', send: NOTHING, problem: 'StartTlsMissing' };
      const name =
        operation.tag === EXTENDED_REQUEST ? inside(bytes, operation.at, operation.end) : undefined;
      if (name?.tag !== REQUEST_NAME || textOf(bytes, name.at, name.end) !== START_TLS)
        return { type: 'Refuse', send: TLS_REQUIRED, problem: 'StartTlsMissing' };
      const consent = response(bytes.slice(id.at, id.end), SUCCESS, START_TLS);
      return tlsFollows(end, length, consent, bytes.slice(0, end));
    },
  },
  endpoint: {
    greeting: (carried) => carried,
    read(bytes, length) {
      const message = messageIn(bytes, length);
      if (message === 'NeedMore') return NEED_MORE;
      if (message === 'Bad' || message.operation.tag !== EXTENDED_RESPONSE) return FAIL;
      const code = inside(bytes, message.operation.at, message.operation.end);
      const isConsent = code?.tag === ENUMERATED && code.end === code.at + 1 && bytes[code.at] === SUCCESS;
      return isConsent ? endpointFollows(message.end, length) : FAIL;
    },
  },
};
