import { writeSync } from 'node:fs';

/** Bytes that a writable pipe accepts without blocking (PIPE_BUF). */
const CHUNK_BYTES = 4096;
/** Maximum of buffered characters. Ordinary log lines may use the same amount again. */
const MAX_BUFFERED = 1 << 20;
/** Retry interval while the reader does not read. */
const RETRY_MS = 5;
/** Retry interval while writing fails. */
const RETRY_FAILED_MS = 1_000;
/** How long the program waits for the reader before it exits. */
const FINAL_FLUSH_MS = 500;
const NOTHING = Buffer.alloc(0);

/** Returns whether writing would not block; waits for that up to `waitMs` milliseconds. */
export type MayWrite = (waitMs: number) => boolean;

/** Why writing fails, and since when (wall clock, in milliseconds). */
export interface OutputFailure {
  /** Node's error code, such as ENOSPC. */
  readonly code: string;
  readonly sinceMs: number;
}

/** Lines lost since the last report. */
export interface LostLines {
  readonly logLines: number;
  readonly accessLines: number;
  /** The error of the output; undefined if its reader was merely too slow. */
  readonly failure: OutputFailure | undefined;
}

/**
 * Standard output, shared line by line by the ordinary and the access log. Once guarded it never blocks: what
 * the reader does not accept is buffered, up to a limit, and beyond it lines are dropped and counted. One
 * thread writes everything, so lines never interleave, and the last lines before an exit are not lost in
 * another thread's queue. If writing fails (a full disk, a reader that has gone), it is retried and continues
 * in the line where it stopped.
 */
export class Output {
  #fd: number;
  #mayWrite: MayWrite = () => true;
  #onLost: (lost: LostLines) => void = () => {};
  #text = '';
  #bytes: Buffer = NOTHING;
  #soon: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failure: OutputFailure | undefined;
  /** A failure that is not reported yet. */
  #unreported: OutputFailure | undefined;
  #reported = { log: 0, access: 0 };
  #failures = new Map<string, number>();
  /** Lines of the access log that were accepted, and that were dropped. */
  accepted = 0;
  dropped = 0;
  /** Other lines that were dropped. */
  logDropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** From now on, checks with `mayWrite` before each write. */
  guard(mayWrite: MayWrite): void {
    this.#mayWrite = mayWrite;
  }

  /**
   * Calls `notify` as soon as lines can be written again after some were lost, so that the log can contain a
   * notice in their place.
   */
  onLost(notify: (lost: LostLines) => void): void {
    this.#onLost = notify;
  }

  /** Why writing fails now; undefined while it works. */
  get failure(): OutputFailure | undefined {
    return this.#failure;
  }

  /** Number of failed writes, by error code. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /** Writes an ordinary log line, immediately if possible. */
  write(line: string): void {
    if (this.#buffered > 2 * MAX_BUFFERED) {
      this.logDropped++;
      return;
    }
    this.#text += line;
    if (this.#failure === undefined) this.#drain(0);
  }

  /** Buffers a line of the access log, to be written soon, together with others. */
  offer(line: string): void {
    if (!this.hasRoom()) {
      this.dropped++;
      return;
    }
    this.accepted++;
    this.#text += line;
    if (this.#retry === undefined) this.#soon ??= setImmediate(() => this.#drain(0));
  }

  /** Whether a line of the access log would be accepted now. */
  hasRoom(): boolean {
    return this.#buffered <= MAX_BUFFERED;
  }

  /** Writes what is buffered before the program exits, waiting briefly for the reader. */
  flushSync(): void {
    const end = performance.now() + FINAL_FLUSH_MS;
    do this.#drain(20);
    while (this.#failure === undefined && this.#buffered > 0 && performance.now() < end);
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  get #buffered(): number {
    return this.#text.length + this.#bytes.length;
  }

  #drain(waitMs: number): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    while (this.#buffered > 0) {
      if (this.#bytes.length === 0) {
        this.#bytes = Buffer.from(this.#text);
        this.#text = '';
      }
      if (this.#mayWrite(waitMs) && this.#writeChunk()) continue;
      this.#retry ??= setTimeout(
        () => {
          this.#retry = undefined;
          this.#drain(0);
        },
        this.#failure === undefined ? RETRY_MS : RETRY_FAILED_MS,
      ).unref();
      return;
    }
    this.#reportLost();
  }

  /** Writes a chunk; returns false if none is accepted now. */
  #writeChunk(): boolean {
    try {
      const written = writeSync(this.#fd, this.#bytes, 0, Math.min(CHUNK_BYTES, this.#bytes.length));
      this.#bytes = this.#bytes.subarray(written);
      this.#failure = undefined;
      return true;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return false;
      // There is no reader (EPIPE), the disk is full (ENOSPC, EDQUOT), the file may not grow (EFBIG), or the
      // terminal is gone (EIO): each may be temporary.
      this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
      this.#failure = { code, sinceMs: this.#failure?.sinceMs ?? Date.now() };
      this.#unreported = this.#failure;
      return false;
    }
  }

  /** Called when the buffer is empty: what was dropped meanwhile would be in this position. */
  #reportLost(): void {
    const logLines = this.logDropped - this.#reported.log;
    const accessLines = this.dropped - this.#reported.access;
    const failure = this.#unreported;
    if (logLines === 0 && accessLines === 0 && failure === undefined) return;
    this.#reported = { log: this.logDropped, access: this.dropped };
    this.#unreported = undefined;
    this.#onLost({ logLines, accessLines, failure });
  }
}
