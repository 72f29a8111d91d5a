import { stringify } from 'yaml';

/**
 * A value as YAML. This file is loaded by those who write YAML, and not the package itself: it is CommonJS,
 * whose names `import()` does not find in a bundle.
 */
export const yamlOf = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
