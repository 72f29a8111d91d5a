/** Where something is in a resource: field names, map keys and list indexes, outermost first. */
export type Path = readonly (string | number)[];

const FIELD = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** As Kubernetes writes it: `spec.listeners[1].port`, `spec.workload.podLabels[example.com/team]`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!FIELD.test(step)) return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');

/** The value at `path`, or undefined where there is none. Follows own properties only. */
export const valueAt = (root: unknown, path: Path): unknown => {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
};

/** Whether one of two paths leads to the other or both are the same; `[]` in either stands for every index. */
export const overlap = (a: Path, b: Path): boolean => {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a[i];
    const y = b[i];
    const anyIndex = (x === '[]' && typeof y === 'number') || (y === '[]' && typeof x === 'number');
    if (x !== y && !anyIndex) return false;
  }
  return true;
};

/** `spec.listeners[].port` as a path, with `[]` as a step of its own. */
export const patternPath = (text: string): Path =>
  text === ''
    ? []
    : text
        .replaceAll('[]', '.[]')
        .split('.')
        .filter((step) => step !== '');
