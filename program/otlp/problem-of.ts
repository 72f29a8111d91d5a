/** Most characters of what a collector says. */
const MOST = 200;

/** What the SDK says of statuses that ask to try again, and of too many requests without an answer. */
const WORDED: Readonly<Record<string, string>> = {
  'Export failed with retryable status': 'it answers 429, 502, 503 or 504',
  'Concurrent export limit reached': 'it does not answer',
  'Request Timeout': 'it does not answer',
  'Request timed out': 'it does not answer',
};

/** Why something could not be sent: the status of the answer and its text, or the connection's error. */
export const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return `${error}`;
  const { code, data } = error as { readonly code?: unknown; readonly data?: unknown };
  if (typeof code === 'number') {
    // An answer in protobuf is no text.
    const says =
      typeof data === 'string' && /^[\t\n\r -~]+$/.test(data) ? `: ${data.trim().slice(0, MOST)}` : '';
    return `it answers ${code} ${error.message}`.trim() + says;
  }
  // Of a name with several addresses.
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  if (error.message === '' && first !== undefined) return problemOf(first);
  return WORDED[error.message] ?? (error.message || `${code ?? error.name}`);
};
