import { readFileSync } from 'node:fs';
import { readTextFile } from '../../program/read-file.ts';
import { FORMATS, type Format } from '../arguments/formats.ts';
import type { Request } from '../arguments/request.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { convert, formatOf, type Input } from './convert.ts';
import type { Note } from './draft.ts';
import { written } from './written.ts';

export type ConvertRequest = Extract<Request, { readonly command: 'convert' }>;

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Prints L4Balancers that do what other configurations say. The exit code is 1 if something in them has no
 * counterpart. Throws CliError if they cannot be read.
 */
export const runConvert = async (
  { files, from, name, namespace, entryPoints }: ConvertRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const inputs = files.map(inputOf);
  const format = from ?? formatOfAll(inputs);
  const settings = {
    name,
    namespace,
    entryPoints: new Map(entryPoints.map(({ name: point, port }) => [point, { port }])),
  };
  const conversion = convert(inputs, format, settings);
  if (conversion.problems.length > 0)
    throw new CliError(
      'BadInput',
      conversion.problems.map(({ where, message }) => `${where}: ${message}`).join('\n'),
    );
  const { yaml, notes } = written(conversion);
  terminal.out(yaml);
  tell(notes, terminal);
  return notes.length === 0 && yaml !== '' ? EXIT.ok : EXIT.problem;
};

const inputOf = (file: string): Input => {
  if (file === '-') return { file: 'standard input', text: readFileSync(0, 'utf8') };
  const content = readTextFile(file, 'configuration', MOST_BYTES);
  if (!content.ok) throw new CliError('BadInput', content.problem);
  return { file, text: content.text };
};

const formatOfAll = (inputs: readonly Input[]): Format => {
  const found = inputs.map(({ text }) => formatOf(text)).find((one) => one !== undefined);
  if (found !== undefined) return found;
  throw new CliError(
    'BadInput',
    `Cannot tell the format of ${inputs.map(({ file }) => file).join(', ')}: give --from with one of ${FORMATS.join(', ')}`,
  );
};

const tell = (notes: readonly Note[], { err, errWidth: width }: Terminal): void => {
  for (const { where, message } of notes)
    for (const line of paragraph(`${where}: ${message}`, width, '  ', '! ')) err(`${line}\n`);
  if (notes.length > 0)
    err(
      `${notes.length} ${notes.length === 1 ? 'thing' : 'things'} to look at; the YAML has them as comments\n`,
    );
};
