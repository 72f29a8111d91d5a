/** Path to a value in a resource: field names, map keys and list indexes, outermost first. */
export type Path = readonly (string | number)[];

const FIELD = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** In Kubernetes' notation: `spec.listeners[1].port`, `spec.workload.podLabels[example.com/team]`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!FIELD.test(step)) return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');

/** The value at `path`, or undefined. Follows own properties only. */
export const valueAt = (root: unknown, path: Path): unknown => {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
};

/** In a pattern: any index of a list. */
export const ANY_INDEX = '[]';
/** In a pattern: any index of a list whose entries can be left out individually. */
export const LEFT_OUT = '[?]';

/** Whether the pattern matches `path`, one of its ancestors or one of its descendants. */
export const overlap = (pattern: Path, path: Path): boolean =>
  pattern.slice(0, path.length).every((step, i) => {
    const isIndex = step === ANY_INDEX || step === LEFT_OUT;
    return isIndex ? typeof path[i] === 'number' : step === path[i];
  });

/** `spec.listeners[].port` as a path, with `[]` and `[?]` as steps of their own. */
export const patternPath = (text: string): Path =>
  text
    .replaceAll(/\[\??\]/g, '.$&')
    .split('.')
    .filter((step) => step !== '');
