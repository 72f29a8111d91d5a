/** Calls to one API server, authenticated; connections are pooled. Implemented in connect.ts. */
export interface Transport {
  /**
   * One request, one JSON answer. Throws ApiError for an answer of 400 and above, TransportError when none
   * came.
   */
  request(call: Call): Promise<unknown>;
  /** Lines of a streamed answer (a watch), until it ends or `signal` aborts. Throws as `request` does. */
  lines(call: Call): AsyncIterable<string>;
  close(): Promise<void>;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path such as `/api/v1/namespaces/default/services`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Content type of the body; application/json when left out. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call; for a stream, the longest silence. */
  readonly timeoutMs?: number;
  /**
   * Asked at the very moment when the request is written to its connection, which may be long after the call:
   * false fails the call with TransportError Stopped, and nothing is sent. Not for streams.
   */
  readonly maySend?: () => boolean;
  /** Streams only: the server has answered with 200; lines may come much later. */
  readonly onOpen?: () => void;
}
