/** Authenticated calls to an API server, over pooled connections. Implemented in connect.ts. */
export interface Transport {
  /**
   * Sends a request and returns the JSON answer. Throws ApiError for a status of 400 or above, TransportError
   * if there was no answer.
   */
  request(call: Call): Promise<unknown>;
  /**
   * Lines of a streamed answer (a watch), until it ends or `signal` aborts. Throws the errors of `request`.
   */
  lines(call: Call): AsyncIterable<string>;
  close(): Promise<void>;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path such as `/api/v1/namespaces/default/services`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Content type of the body; application/json by default. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call; for a stream, the longest silence. */
  readonly timeoutMs?: number;
  /**
   * Called immediately before the request is written to its connection, which may be long after the call. If
   * it returns false, the call fails with TransportError Stopped, and nothing is sent. Not for streams.
   */
  readonly maySend?: () => boolean;
  /** Streams only: the server has answered with 200; lines may come much later. */
  readonly onOpen?: () => void;
}
