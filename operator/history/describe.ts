import { type Difference, differences } from '../../crds/differences.ts';
import { plural } from '../text/lists-and-counts.ts';

/** Limit of the status. */
const LONGEST = 512;
const LONGEST_VALUE = 48;

/** What is named in the changes of one listener or backend, or of the rest of the spec. */
interface Subject {
  readonly kind: 'listener' | 'backend';
  readonly name: string;
}

/** The difference within its subject; the path is empty if the subject itself came or went. */
interface Part extends Difference {
  readonly subject: Subject | undefined;
}

const ITEM = /^(listener|backend)s\[([^\]]*)\](?:\.(.*))?$/;
const ENDPOINT = /^endpoints\[([^\]]*)\]$/;

const partOf = (difference: Difference): Part => {
  const [, kind, name = '', path = ''] = ITEM.exec(difference.path) ?? [];
  return kind === 'listener' || kind === 'backend'
    ? { ...difference, path, subject: { kind, name } }
    : { ...difference, subject: undefined };
};

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

const valueText = (value: unknown): string => {
  const text = value === undefined ? 'unset' : String(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
};

const fieldText = ({ path, before, after }: Difference): string => {
  if (isScalar(before) && isScalar(after)) return `${path} ${valueText(before)} → ${valueText(after)}`;
  if (before === undefined) return `${path} added`;
  return after === undefined ? `${path} removed` : `${path} changed`;
};

const endpoints = (count: number, what: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${plural(count, 'endpoint')} ${what}`];

const asTexts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** The differences of one backend that are about its endpoints, counted. */
const endpointTexts = (parts: readonly Part[]): readonly string[] => {
  const whole = parts.filter(({ path }) => ENDPOINT.test(path));
  const drained = parts.find(({ path }) => path === 'drained');
  const [was, is] = [asTexts(drained?.before), asTexts(drained?.after)];
  return [
    ...endpoints(whole.filter(({ before }) => before === undefined).length, 'added'),
    ...endpoints(whole.filter(({ after }) => after === undefined).length, 'removed'),
    ...endpoints(is.filter((one) => !was.includes(one)).length, 'drained'),
    ...endpoints(was.filter((one) => !is.includes(one)).length, 'no longer drained'),
  ];
};

const isCounted = ({ path }: Part): boolean => path === 'drained' || ENDPOINT.test(path);

const subjectText = ({ kind, name }: Subject, parts: readonly Part[]): string => {
  const [first] = parts;
  if (first?.path === '') return `${kind} ${name} ${first.before === undefined ? 'added' : 'removed'}`;
  const texts = [...endpointTexts(parts), ...parts.filter((one) => !isCounted(one)).map(fieldText)];
  return `${kind} ${name}: ${texts.join(', ')}`;
};

/** As many of the texts as fit, and how many more there are. */
const joined = (texts: readonly string[]): string => {
  const whole = texts.join('; ');
  if (whole.length <= LONGEST) return whole;
  for (let shown = texts.length - 1; shown > 0; shown--) {
    const text = `${texts.slice(0, shown).join('; ')}; and ${texts.length - shown} more`;
    if (text.length <= LONGEST) return text;
  }
  return `${whole.slice(0, LONGEST - 1)}…`;
};

/** What differs between two specs as the API server stores them, in one short sentence, and `more`. */
export const describeChange = (before: unknown, after: unknown, more: readonly string[] = []): string => {
  const parts = differences(before, after).map(partOf);
  const bySubject = Map.groupBy(parts, ({ subject }) =>
    subject === undefined ? '' : `${subject.kind} ${subject.name}`,
  );
  const texts = [...bySubject.values()].flatMap((group) => {
    const [first] = group;
    return first?.subject === undefined ? group.map(fieldText) : [subjectText(first.subject, group)];
  });
  return joined([...(texts.length === 0 ? ['the order of entries'] : texts), ...more]);
};
