const HIDDEN = '(left out)';

/** What a field or a variable is called whose value nobody else should see. */
const CONFIDENTIAL =
  /(^|[-_.])(pass(word|wd|phrase)?|secret|token|api-?key|private-?key|credentials?|authorization)$/i;
/** Such as apiToken; names of objects, as in imagePullSecrets or secretName, are no secrets. */
const CAMEL = /[a-z](Password|Token|ApiKey|PrivateKey|Credential)$/;

/** Texts that are a secret wherever they stand. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, HIDDEN],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/(:\/\/[^\s/:@]+):[^\s/@]+@/g, `$1:${HIDDEN}@`],
  [
    /\b((?:password|passwd|secret|token|api[-_]?key)["']?\s*[=:]\s*["']?)(?!\(left out\))[^\s"',;&}]+/gi,
    `$1${HIDDEN}`,
  ],
];

/** A text without what looks like a secret. */
export const redacted = (text: string): string =>
  SECRETS.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);

/** An annotation with a whole manifest in it, once more. */
const REPEATED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A value without fields and variables that look confidential; texts in it are redacted. */
export const redactedValue = (value: unknown): unknown => {
  if (typeof value === 'string') return redacted(value);
  if (Array.isArray(value)) return value.map(redactedValue);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const { name: named } = value as { readonly name?: unknown };
  const variable = typeof named === 'string' ? named : '';
  return Object.fromEntries(
    fields
      .filter(([name]) => name !== REPEATED && name !== 'managedFields')
      .map(([name, field]) => {
        const isHidden =
          typeof field === 'string' &&
          (isConfidential(name) || (name === 'value' && isConfidential(variable)));
        return [name, isHidden ? HIDDEN : redactedValue(field)];
      }),
  );
};

const isConfidential = (name: string): boolean => CONFIDENTIAL.test(name) || CAMEL.test(name);
