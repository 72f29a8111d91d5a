import type { BackendPicture, EndpointPicture, EndpointState, Picture } from '../picture/picture.ts';
import { endpointText } from '../print/endpoint-text.ts';
import type { Tone } from '../print/style.ts';
import { type Cell, type Column, table } from '../print/table.ts';
import { age, count, counted, rate } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

const TONES: Readonly<Record<EndpointState, Tone>> = {
  Healthy: 'good',
  Unchecked: 'plain',
  Warming: 'warn',
  Idle: 'faint',
  Drained: 'faint',
  NoWeight: 'faint',
  Mixed: 'warn',
  Out: 'bad',
};

/** Endpoints of one backend that are shown without -o wide: those that are out come first. */
export const MOST_SHOWN = 16;

const stateCell = ({ state, usedBy, knownBy }: EndpointPicture): Cell => ({
  text: state === 'Mixed' ? `used by ${usedBy} of ${knownBy}` : state,
  tone: TONES[state],
});

/** Why it is out, and until when. */
const whyCell =
  (now: number) =>
  ({ reasons, ejectedUntil, backup, drained, state, weight }: EndpointPicture): Cell => {
    const left = ejectedUntil === undefined ? 0 : Date.parse(ejectedUntil) - now;
    const parts = [
      ...reasons,
      ...(ejectedUntil === undefined ? [] : [`ejected for ${age(left)} more, unless checks pass`]),
      ...(backup ? ['backup'] : []),
      ...(state === 'Warming' ? ['slow start'] : []),
      ...(drained && state !== 'Drained' ? ['drained'] : []),
      ...(weight === 1 || drained ? [] : [`weight ${weight}`]),
    ];
    return parts.join('; ');
  };

const columnsOf = (
  now: number,
  endpoints: readonly EndpointPicture[],
): readonly Column<EndpointPicture>[] => {
  const why = { title: 'WHY', cell: whyCell(now) };
  return [
    { title: 'ENDPOINT', cell: endpointText },
    { title: 'STATE', cell: stateCell },
    { title: 'OPEN', align: 'right', cell: ({ open }) => count(open) },
    { title: 'NEW/S', align: 'right', cell: ({ newPerSecond }) => rate(newPerSecond) },
    { title: 'TOTAL', align: 'right', spare: 1, cell: ({ connections }) => count(connections) },
    { title: 'FAILED', align: 'right', spare: 2, cell: ({ failures }) => count(failures) },
    ...(endpoints.some((one) => why.cell(one) !== '') ? [why] : []),
  ];
};

const isUsable = ({ usedBy }: EndpointPicture): boolean => usedBy > 0;

/** Each backend with its endpoints, those that are out first. */
export const backendLines = ({ backends }: Picture, options: PrintOptions): readonly string[] =>
  backends.flatMap((backend) => ['', ...oneBackend(backend, options)]);

const oneBackend = (
  { name, service, algorithm, usedBy, endpoints }: BackendPicture,
  options: PrintOptions,
): readonly string[] => {
  const { style, wide, now } = options;
  const shown = wide ? endpoints : endpoints.slice(0, MOST_SHOWN);
  const hidden = endpoints.slice(shown.length);
  const facts = [
    ...(service === undefined ? [] : [`Service ${service}`]),
    ...(algorithm === '' ? [] : [algorithm]),
    usedBy.length === 0 ? 'used by no listener' : `for ${usedBy.join(', ')}`,
    endpoints.length === 0
      ? 'no endpoints known'
      : `${count(endpoints.filter(isUsable).length)} of ${counted(endpoints.length, 'endpoint')} in use`,
  ];
  return [
    `${style('faint', 'BACKEND')} ${style('head', name)}, ${facts.join(', ')}`,
    ...table(columnsOf(now, shown), shown, { ...options, indent: '  ' }),
    ...(hidden.length === 0
      ? []
      : [
          `  … ${count(hidden.length)} more, ${count(hidden.filter(isUsable).length)} in use: -o wide shows all`,
        ]),
  ];
};
