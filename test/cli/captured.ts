import { loadOperatorCode } from '../../bin/operator-code.js';
import { runCommand } from '../../cli/command.ts';
import type { Terminal } from '../../cli/print/terminal.ts';

export interface Captured {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface Shape {
  /** Columns; by default the output is no terminal. */
  readonly width?: number;
  readonly colors?: boolean;
}

/** A terminal that keeps what is written to it. */
export const capture = ({ width, colors = false }: Shape = {}) => {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out(text) {
      written.out += text;
    },
    err(text) {
      written.err += text;
    },
    width,
    errWidth: width,
    colors,
  };
  return { terminal, written };
};

/** Runs the command in this process; its environment is `env` alone. */
export const run = async (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shape: Shape = {},
): Promise<Captured> => {
  const { terminal, written } = capture(shape);
  const exitCode = await runCommand(argv, env, terminal, loadOperatorCode);
  return { exitCode, ...written };
};
