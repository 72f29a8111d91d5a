import type { Style } from '../print/style.ts';
import { type Cell, paragraph, table } from '../print/table.ts';
import { counted } from '../print/units.ts';
import { skewOf } from './skew.ts';
import type { Found, Running, Versions } from './versions.ts';

interface Row {
  readonly program: string;
  readonly version: Cell;
  readonly about: string;
}

/** A table of the versions, and below it what differs. */
export const versionLines = (
  versions: Versions,
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): readonly string[] => {
  const { namespace } = versions;
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const rows: readonly Row[] = [
    { program: 'kubectl-l4b', version: versions.client, about: 'this command' },
    ...rowsOf('operator', versions.operator, 'none found', (pods) => counted(pods, 'pod')),
    definitionRow(versions),
    ...rowsOf('proxies', versions.proxies, `none ${where}`, (pods) => `${counted(pods, 'pod')} ${where}`),
    versions.kubernetes.kind === 'Known'
      ? { program: 'Kubernetes', version: versions.kubernetes.value, about: 'the API server' }
      : unknownRow('Kubernetes', versions.kubernetes.why),
  ];
  return [
    ...table<Row>(
      [
        { title: 'PROGRAM', cell: ({ program }) => program },
        { title: 'VERSION', cell: ({ version }) => version },
        { title: 'WHERE', cell: ({ about }) => about },
      ],
      rows,
      { width, style },
    ),
    ...skewOf(versions).flatMap((text) => ['', ...paragraph(text, width, '  ', '! ')]),
  ];
};

const UNKNOWN: Cell = { text: '–', tone: 'faint' };

const unknownRow = (program: string, why: string): Row => ({ program, version: UNKNOWN, about: why });

const rowsOf = (
  program: string,
  found: Found<readonly Running[]>,
  none: string,
  about: (pods: number) => string,
): readonly Row[] => {
  if (found.kind === 'Unknown') return [unknownRow(program, found.why)];
  if (found.value.length === 0) return [unknownRow(program, none)];
  return found.value.map(({ version, pods }) => ({
    program,
    version: version ?? UNKNOWN,
    about: version === undefined ? `${about(pods)}, which did not say` : about(pods),
  }));
};

const definitionRow = ({ definition }: Versions): Row => {
  const program = 'definition';
  if (definition.kind === 'Unknown') return unknownRow(program, definition.why);
  if (definition.value === undefined) return unknownRow(program, 'not installed in this cluster');
  const { lacking, unknown } = definition.value;
  const same = lacking.length + unknown.length === 0;
  return {
    program,
    version: 'v1alpha1',
    about: same ? 'as this command has it' : 'differs from this command’s',
  };
};
