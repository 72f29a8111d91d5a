import { writeSync } from 'node:fs';

/** What a pipe that can be written to takes without blocking (PIPE_BUF). */
const PIECE_BYTES = 4096;
/** Characters that wait to be written at most. Ordinary log lines may wait behind as much again. */
const MOST_WAITING = 1 << 20;
/** How often a reader that does not read is tried again. */
const RETRY_MS = 5;
/** How often an output is tried again that fails. */
const RETRY_FAILED_MS = 1_000;
/** How long the end of the program waits for a reader. */
const LAST_WORDS_MS = 500;
const NOTHING = Buffer.alloc(0);

/** Whether writing would not block; waits for that for up to `waitMs` milliseconds. */
export type MayWrite = (waitMs: number) => boolean;

/** Why an output takes nothing, and since when (milliseconds of the wall clock). */
export interface OutputFailure {
  /** Node's error code, such as ENOSPC. */
  readonly code: string;
  readonly sinceMs: number;
}

/** Lines that nobody will read, since the last time that this was told. */
export interface LostLines {
  readonly logLines: number;
  readonly accessLines: number;
  /** What the output failed with; undefined where its reader was only too slow. */
  readonly failure: OutputFailure | undefined;
}

/**
 * Standard output as ordinary and access log share it, line by line. Once it is guarded it never blocks: what
 * its reader does not take waits, up to a limit, and beyond that lines are dropped and counted. All is
 * written by this thread, so lines never mix and the last ones before an exit are not lost in another one's
 * queue. An output that fails (a full disk, a reader that has gone) is tried again, and goes on in the line
 * where it broke off.
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
  /** The failure that is not told yet. */
  #untold: OutputFailure | undefined;
  #told = { log: 0, access: 0 };
  #failures = new Map<string, number>();
  /** Lines of the access log that were taken, and that were not. */
  accepted = 0;
  dropped = 0;
  /** Other lines that were not taken. */
  logDropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** From here on asks before it writes. */
  guard(mayWrite: MayWrite): void {
    this.#mayWrite = mayWrite;
  }

  /**
   * Calls `tell` as soon as lines can be written again after some were lost: with what is in their place in
   * the log.
   */
  whenLost(tell: (lost: LostLines) => void): void {
    this.#onLost = tell;
  }

  /** Why nothing can be written now; undefined while it can. */
  get failure(): OutputFailure | undefined {
    return this.#failure;
  }

  /** Attempts to write that failed, by error code. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /** Writes an ordinary log line, at once if it can. */
  write(line: string): void {
    if (this.#waiting > 2 * MOST_WAITING) {
      this.logDropped++;
      return;
    }
    this.#text += line;
    if (this.#failure === undefined) this.#writeOn(0);
  }

  /** Takes a line of the access log; it is written soon, with others. */
  offer(line: string): void {
    if (!this.hasRoom()) {
      this.dropped++;
      return;
    }
    this.accepted++;
    this.#text += line;
    if (this.#retry === undefined) this.#soon ??= setImmediate(() => this.#writeOn(0));
  }

  /** Whether a line of the access log would be taken now. */
  hasRoom(): boolean {
    return this.#waiting <= MOST_WAITING;
  }

  /** Writes what waits, for the end of the program: waits for the reader, but not for long. */
  flushSync(): void {
    const end = performance.now() + LAST_WORDS_MS;
    do this.#writeOn(20);
    while (this.#failure === undefined && this.#waiting > 0 && performance.now() < end);
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  get #waiting(): number {
    return this.#text.length + this.#bytes.length;
  }

  #writeOn(waitMs: number): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    while (this.#waiting > 0) {
      if (this.#bytes.length === 0) {
        this.#bytes = Buffer.from(this.#text);
        this.#text = '';
      }
      if (this.#mayWrite(waitMs) && this.#writePiece()) continue;
      this.#retry ??= setTimeout(
        () => {
          this.#retry = undefined;
          this.#writeOn(0);
        },
        this.#failure === undefined ? RETRY_MS : RETRY_FAILED_MS,
      ).unref();
      return;
    }
    this.#tellLost();
  }

  /** Writes a piece; false when none is taken now. */
  #writePiece(): boolean {
    try {
      const written = writeSync(this.#fd, this.#bytes, 0, Math.min(PIECE_BYTES, this.#bytes.length));
      this.#bytes = this.#bytes.subarray(written);
      this.#failure = undefined;
      return true;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return false;
      // Nobody reads (EPIPE), the disk is full (ENOSPC, EDQUOT), the file may not grow (EFBIG), the terminal
      // is gone (EIO): each may pass.
      this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
      this.#failure = { code, sinceMs: this.#failure?.sinceMs ?? Date.now() };
      this.#untold = this.#failure;
      return false;
    }
  }

  /** All that waited is written: what was dropped meanwhile would stand here. */
  #tellLost(): void {
    const logLines = this.logDropped - this.#told.log;
    const accessLines = this.dropped - this.#told.access;
    const failure = this.#untold;
    if (logLines === 0 && accessLines === 0 && failure === undefined) return;
    this.#told = { log: this.logDropped, access: this.dropped };
    this.#untold = undefined;
    this.#onLost({ logLines, accessLines, failure });
  }
}
