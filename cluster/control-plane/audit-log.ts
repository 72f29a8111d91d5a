import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/**
 * The API server's record of a request to which it has responded:
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1.
 */
export interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestURI: string;
  /** What the request was about; omitted for what is no resource, such as the version. */
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
  /**
   * When the API server received the request, and when it responded; RFC 3339 with microseconds, so that
   * comparing the strings compares the times.
   */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** Reads the audit log of a running API server; an incomplete last line is left for the next read. */
export class AuditLog {
  readonly path: string;
  readonly #lines: { readonly at: number; readonly event: AuditEvent }[] = [];
  /** Bytes of the complete lines in `#lines`. */
  #read = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Its size in bytes. */
  get size(): number {
    return statSync(this.path).size;
  }

  /** The events whose lines start at this byte offset or later, oldest first. */
  events(since = 0): readonly AuditEvent[] {
    this.#follow();
    return this.#lines.filter(({ at }) => at >= since).map(({ event }) => event);
  }

  #follow(): void {
    const more = this.#rest();
    let at = 0;
    for (let end = more.indexOf('\n'); end >= 0; end = more.indexOf('\n', at)) {
      this.#lines.push({ at: this.#read + at, event: JSON.parse(more.toString('utf8', at, end)) });
      at = end + 1;
    }
    this.#read += at;
  }

  #rest(): Buffer {
    const file = openSync(this.path, 'r');
    try {
      const rest = Buffer.alloc(fstatSync(file).size - this.#read);
      return rest.subarray(0, readSync(file, rest, 0, rest.length, this.#read));
    } finally {
      closeSync(file);
    }
  }
}
