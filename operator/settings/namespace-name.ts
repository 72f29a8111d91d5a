/** A DNS label, as the API server asks of a namespace. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The text, if it can name a namespace. */
export const namespaceName = (text: string): string | undefined => (LABEL.test(text) ? text : undefined);

/** Names with commas between, each once; undefined when one cannot name a namespace. */
export const namespaceNames = (text: string): readonly string[] | undefined => {
  const names = text.split(',').map((name) => name.trim());
  const isGood = names.every((name) => LABEL.test(name)) && new Set(names).size === names.length;
  return isGood ? names : undefined;
};
