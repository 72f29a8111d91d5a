import { Document, isMap, isSeq } from 'yaml';
import { parseL4Balancer } from '../../crds/parse.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { Conversion, Draft, Note, Part } from './draft.ts';

/** A balancer as YAML with its notes as comments, and what is still to be mended in it. */
export interface Written {
  readonly yaml: string;
  readonly notes: readonly Note[];
}

const resourceOf = ({ name, namespace, listeners, backends, spec }: Draft) => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: {
    listeners: listeners.map((one) => one.spec),
    backends: backends.map((one) => one.spec),
    ...spec,
  },
});

const comment = (notes: readonly Note[]): string =>
  notes.map(({ where, message }) => ` ${oneLine(`${where}: ${message}`)}`).join('\n');

/** A line break in a note would end the comment. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** The balancers of a conversion; one without any listener is left out. */
export const written = ({ balancers, notes }: Conversion): Written => {
  const documents = balancers.flatMap((draft) => {
    if (draft.listeners.length === 0) return [];
    const resource = resourceOf(draft);
    const findings = parseL4Balancer(resource, 'Refuse').findings.map(({ path, message }) => ({
      where: path,
      message: `not accepted yet: ${message}`,
    }));
    const document = new Document(resource, { aliasDuplicateObjects: false });
    const heading = [...draft.notes, ...findings];
    if (heading.length > 0) document.commentBefore = comment(heading);
    for (const [field, parts] of [
      ['listeners', draft.listeners],
      ['backends', draft.backends],
    ] as const)
      annotate(document, field, parts);
    return [{ yaml: document.toString({ lineWidth: 0 }), findings }];
  });
  return {
    yaml: documents.map(({ yaml }) => yaml).join('---\n'),
    notes: distinct([
      ...notes,
      ...balancers.flatMap((draft) => [
        ...draft.notes,
        ...[...draft.listeners, ...draft.backends].flatMap((part) => part.notes),
      ]),
      ...documents.flatMap(({ findings }) => findings),
    ]),
  };
};

/** What is true of several listeners is said once. */
const distinct = (notes: readonly Note[]): readonly Note[] => [
  ...new Map(notes.map((note) => [`${note.where} ${note.message}`, note])).values(),
];

/** Puts the notes about an entry above it. */
const annotate = (document: Document, field: 'listeners' | 'backends', parts: readonly Part[]): void => {
  const list = document.getIn(['spec', field], true);
  if (!isSeq(list)) return;
  for (const [at, { notes }] of parts.entries()) {
    const entry = list.items[at];
    if (notes.length > 0 && isMap(entry)) entry.commentBefore = comment(notes);
  }
};
