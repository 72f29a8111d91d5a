/** A DNS label: the API server requires it of a namespace. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Returns the text if it is a valid name of a namespace. */
export const namespaceName = (text: string): string | undefined => (LABEL.test(text) ? text : undefined);

/** Parses names separated by commas; undefined if one is invalid or repeated. */
export const namespaceNames = (text: string): readonly string[] | undefined => {
  const names = text.split(',').map((name) => name.trim());
  const isValid = names.every((name) => LABEL.test(name)) && new Set(names).size === names.length;
  return isValid ? names : undefined;
};
