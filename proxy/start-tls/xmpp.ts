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

const MOST_BYTES = 4_096;
const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** The XML declaration, if any, and the start tag of the stream. */
const STREAM = /^\s*(?:<\?xml[^>]*\?>)?\s*<stream:stream(\s[^>]*)>/;
const START_TLS =
  /^\s*<starttls\s+xmlns=(["'])urn:ietf:params:xml:ns:xmpp-tls\1\s*(?:\/>|>\s*<\/starttls\s*>)/;
const END = /^\s*<\/stream:stream\s*>/;
const FEATURES =
  /^\s*(?:<\?xml[^>]*\?>)?\s*<stream:stream\s[^>]*>\s*<stream:features[\s>][\s\S]*?<\/stream:features\s*>/;
const CONSENT = /^\s*<proceed\s+xmlns=(["'])urn:ietf:params:xml:ns:xmpp-tls\1\s*(?:\/>|>\s*<\/proceed\s*>)/;
/** Where a name of a domain, and the namespace of clients or servers, stand in a start tag. */
const TO = /\sto=(["'])([A-Za-z0-9.:[\]-]{1,255})\1/;
const NAMESPACE = /\sxmlns=(["'])(jabber:(?:client|server))\1/;

const streamTo = (attributes: string): string => {
  const from = TO.exec(attributes)?.[2];
  const namespace = NAMESPACE.exec(attributes)?.[2] ?? 'jabber:client';
  return [
    "<?xml version='1.0'?>",
    `<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' id='l4balancer' version='1.0'`,
    from === undefined ? '>' : ` from='${from}'>`,
    `<stream:features><starttls xmlns='${TLS}'><required/></starttls></stream:features>`,
  ].join('');
};

const REQUIRED = ascii(
  "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
);

/** Steps of a client: its stream, then its wish for TLS; an endpoint answers in the same order. */
const STREAM_STEP = 0;

/** Streams of clients and servers; the endpoint gets the start of the client's as it was. */
export const XMPP: Opening = {
  client: {
    greeting: NOTHING,
    read(bytes, length, step) {
      const text = textOf(bytes, 0, length);
      const needMore = length > MOST_BYTES || !/^\s*(<|$)/.test(text) ? MALFORMED : NEED_MORE;
      if (step === STREAM_STEP) {
        const found = STREAM.exec(text);
        if (found === null) return needMore;
        const drop = found[0].length;
        return {
          type: 'Answer',
          drop,
          send: ascii(streamTo(found[1] ?? '')),
          step: 1,
          carry: bytes.slice(0, drop),
        };
      }
      const found = START_TLS.exec(text);
      if (found !== null) {
        const proceed = ascii(`<proceed xmlns='${TLS}'/>`);
        // White space between elements keeps a connection alive, and says nothing.
        const space = /^\s*/.exec(text.slice(found[0].length))?.[0].length ?? 0;
        return tlsFollows(found[0].length + space, length, proceed);
      }
      if (END.test(text))
        return { type: 'Refuse', send: ascii('</stream:stream>'), problem: 'StartTlsMissing' };
      const isOther = /^\s*<(?!starttls)[a-z]+[\s/>]/.test(text);
      return isOther ? { type: 'Refuse', send: REQUIRED, problem: 'StartTlsMissing' } : needMore;
    },
  },
  endpoint: {
    greeting: (carried) => carried,
    read(bytes, length, step) {
      const text = textOf(bytes, 0, length);
      if (step === STREAM_STEP) {
        const found = FEATURES.exec(text);
        if (found === null) return /<\/stream:(stream|features)\s*>/.test(text) ? FAIL : NEED_MORE;
        if (!found[0].includes(TLS)) return FAIL;
        return { type: 'Say', drop: found[0].length, send: ascii(`<starttls xmlns='${TLS}'/>`), step: 1 };
      }
      const found = CONSENT.exec(text);
      if (found !== null) return endpointFollows(found[0].length, length);
      return text.includes('>') ? FAIL : NEED_MORE;
    },
  },
};
