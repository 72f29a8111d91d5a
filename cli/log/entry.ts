/** A line of the access log: a connection that ended. */
export interface Entry {
  readonly pod: string;
  /** As the proxy wrote it. */
  readonly raw: string;
  /** RFC 3339, with milliseconds. */
  readonly time: string;
  readonly listener: string;
  readonly backend: string;
  readonly endpoint: string;
  readonly client: string;
  readonly reason: string;
  readonly endedBy: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly durationMs: number;
}

const START = '{"log":"access"';

/** Reads a line of a proxy's output; undefined if it is none of the access log. */
export const entryOf = (raw: string, pod: string): Entry | undefined => {
  // Most other lines need no parsing.
  if (!raw.startsWith(START)) return undefined;
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = JSON.parse(raw);
  } catch {
    return undefined; // a line that was cut off, at the beginning or the end of what was kept
  }
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const number = (name: string): number => (typeof fields[name] === 'number' ? fields[name] : 0);
  return {
    pod,
    raw,
    time: text('time'),
    listener: text('listener'),
    backend: text('backend'),
    endpoint: text('endpoint'),
    client: text('client'),
    reason: text('reason'),
    endedBy: text('endedBy'),
    receivedBytes: number('receivedBytes'),
    sentBytes: number('sentBytes'),
    durationMs: number('durationMs'),
  };
};
