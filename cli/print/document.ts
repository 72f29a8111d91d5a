/** A value as a document that another program reads. */
export const asDocument = async (value: unknown, output: 'json' | 'yaml'): Promise<string> => {
  switch (output) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return (await import('./yaml.ts')).yamlOf(value);
    default:
      return output satisfies never;
  }
};
