/** A name in the subjectAltName of a certificate. */
export interface AltName {
  /** `DNS`, `URI`, `email`, `IP Address`, or another one of OpenSSL's. */
  readonly kind: string;
  readonly value: string;
}

/** An entry as Node writes them: what could be taken for several is a string of JSON. */
const ENTRY = /(?:^|, )([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g;

const writtenValue = (text: string): string | undefined => {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined; // such a name allows nothing
  }
};

/** The names in the subjectAltName of a certificate, as Node's X509Certificate has it. */
export const readAltNames = (text = ''): readonly AltName[] =>
  [...text.matchAll(ENTRY)].flatMap(([, kind = '', written = '']) => {
    const value = writtenValue(written);
    return value === undefined ? [] : [{ kind, value }];
  });

/** A name for people, such as `URI:spiffe://example.com/web`. */
export const altNameText = ({ kind, value }: AltName): string =>
  `${kind === 'IP Address' ? 'IP' : kind}:${value}`;
