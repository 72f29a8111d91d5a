/** Where a command writes, and what that can show. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Columns; undefined if the output is not a terminal, and must not depend on one. */
  readonly width: number | undefined;
  /** Columns of standard error, which may be a terminal while the output is not. */
  readonly errWidth: number | undefined;
  readonly colors: boolean;
}

/** Standard output and error; colours and widths only if it is a terminal. Both follow NO_COLOR. */
export const standardTerminal = ({ stdout, stderr }: Streams = process): Terminal => ({
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  get width() {
    return stdout.isTTY ? stdout.columns : undefined;
  },
  get errWidth() {
    return stderr.isTTY ? stderr.columns : undefined;
  },
  colors: stdout.isTTY === true && stdout.hasColors(),
});

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}
