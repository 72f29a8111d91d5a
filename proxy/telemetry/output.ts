import { writeSync } from 'node:fs';

/** What a pipe that can be written to takes without blocking (PIPE_BUF). */
const PIECE_BYTES = 4096;
/** Characters that wait to be written at most. Ordinary log lines may wait behind as much again. */
const MOST_WAITING = 1 << 20;
/** How often a reader that does not read is tried again. */
const RETRY_MS = 5;
/** How long the end of the program waits for a reader. */
const LAST_WORDS_MS = 500;
const NOTHING = Buffer.alloc(0);

/** Whether writing would not block; waits for that for up to `waitMs` milliseconds. */
export type MayWrite = (waitMs: number) => boolean;

/**
 * Standard output as ordinary and access log share it, line by line. Once it is guarded it never blocks: what its reader does not take waits, up
 * to a limit, and beyond that lines are dropped and counted. All is written by this thread, so lines never mix and the last
 * ones before an exit are not lost in another one's queue.
 */
export class Output {
  #fd: number;
  #mayWrite: MayWrite = () => true;
  #text = '';
  #bytes: Buffer = NOTHING;
  #soon: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #broken = false;
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

  /** Writes an ordinary log line, at once if it can. */
  write(line: string): void {
    if (this.#broken || this.#waiting > 2 * MOST_WAITING) {
      this.logDropped++;
      return;
    }
    this.#text += line;
    this.#writeOn(0);
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
    return !this.#broken && this.#waiting <= MOST_WAITING;
  }

  /** Writes what waits, for the end of the program: waits for the reader, but not for long. */
  flushSync(): void {
    const end = performance.now() + LAST_WORDS_MS;
    while (this.#waiting > 0 && performance.now() < end) this.#writeOn(20);
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
      if (this.#broken) return;
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#writeOn(0);
      }, RETRY_MS).unref();
      return;
    }
  }

  /** Writes a piece; false when the reader takes none now, or never will. */
  #writePiece(): boolean {
    try {
      const written = writeSync(this.#fd, this.#bytes, 0, Math.min(PIECE_BYTES, this.#bytes.length));
      this.#bytes = this.#bytes.subarray(written);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      // Nobody reads any more (EPIPE), or the disk is full: logs are not worth the traffic.
      this.#broken = true;
      this.#text = '';
      this.#bytes = NOTHING;
      return false;
    }
  }
}
