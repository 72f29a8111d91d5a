/**
 * What a protocol says in the clear before its connections change to TLS, played twice: towards the client as
 * a server would, until it is known which server it wants, and towards that server as the client did. Pure:
 * bytes in, bytes to send out. A step is a small number, 0 at first, which says how far a side has come.
 */
export interface Opening {
  readonly client: ClientPart;
  readonly endpoint: EndpointPart;
}

/** Why a client that does not come to TLS is refused. */
export type OpeningProblem =
  /** It goes on without TLS, or ends. */
  | 'StartTlsMissing'
  /** It does not speak the protocol, or sends what would be taken for commands within TLS. */
  | 'StartTlsMalformed';

/** What follows from the bytes of a client; its first `drop` bytes are consumed. */
export type ClientStep =
  | { readonly type: 'NeedMore' }
  /** It is answered, and read on with `step`. */
  | {
      readonly type: 'Answer';
      readonly drop: number;
      readonly send: Uint8Array;
      readonly step: number;
      /** What the endpoint has to be told later; omitted if nothing new. */
      readonly carry?: Uint8Array;
    }
  /** It is answered, and TLS follows. */
  | {
      readonly type: 'TlsFollows';
      readonly drop: number;
      readonly send: Uint8Array;
      readonly carry?: Uint8Array;
      /** It began with TLS at once, so the endpoint must, too. */
      readonly isDirect?: boolean;
    }
  /** It is told why, and the connection ends. */
  | { readonly type: 'Refuse'; readonly send: Uint8Array; readonly problem: OpeningProblem };

export interface ClientPart {
  /** What a client is told before it says anything; empty if it speaks first. */
  readonly greeting: Uint8Array;
  /** Looks at the first `length` bytes that have come and are not consumed. */
  readonly read: (bytes: Uint8Array, length: number, step: number) => ClientStep;
}

/** What follows from the bytes of an endpoint; its first `drop` bytes are consumed. */
export type EndpointStep =
  | { readonly type: 'NeedMore' }
  | {
      readonly type: 'Say';
      readonly drop: number;
      readonly send: Uint8Array;
      readonly step: number;
    }
  /** Once `send` is sent, TLS begins with what the client has sent. */
  | { readonly type: 'TlsFollows'; readonly drop: number; readonly send: Uint8Array }
  /** It speaks another protocol, or does not begin TLS. */
  | { readonly type: 'Fail' };

export interface EndpointPart {
  /** What an endpoint is told before it says anything; empty if it speaks first. */
  readonly greeting: (carried: Uint8Array) => Uint8Array;
  /** As for clients; `carried` is what the client said that the endpoint has to be told. */
  readonly read: (bytes: Uint8Array, length: number, step: number, carried: Uint8Array) => EndpointStep;
}

/** Most bytes that either side may have said and not got an answer to. */
export const MOST_OPENING_BYTES = 8_192;
/** Most answers that a client gets before it asks for TLS. */
export const MOST_ANSWERS = 32;

export const NOTHING: Uint8Array = new Uint8Array(0);
export const NEED_MORE = { type: 'NeedMore' } as const;
export const FAIL = { type: 'Fail' } as const;
/** A client that is told nothing, since its bytes are none of the protocol's. */
export const MALFORMED = { type: 'Refuse', send: NOTHING, problem: 'StartTlsMalformed' } as const;

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

/** The text of bytes, one character for each. */
export const textOf = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
};

/** TLS follows: nothing may have come behind the bytes that asked for it. */
export const tlsFollows = (drop: number, length: number, send: Uint8Array, carry?: Uint8Array): ClientStep =>
  length > drop ? MALFORMED : { type: 'TlsFollows', drop, send, ...(carry === undefined ? {} : { carry }) };

/** An endpoint begins TLS: it must have said nothing behind the answer, since TLS begins with the client. */
export const endpointFollows = (drop: number, length: number, send: Uint8Array = NOTHING): EndpointStep =>
  length > drop ? FAIL : { type: 'TlsFollows', drop, send };
