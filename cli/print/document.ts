import { stringify } from 'yaml';

/** A value as a document that another program reads. */
export const asDocument = (value: unknown, output: 'json' | 'yaml'): string => {
  switch (output) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
    default:
      return output satisfies never;
  }
};
