import { TICKET_KEY_BYTES, TICKET_KEY_GENERATIONS } from '../../crds/ticket-keys.ts';
import { readBytesFile } from '../../program/read-file.ts';

/** Keys of session tickets in a row, or why they cannot be used: a sentence without its full stop. */
export type TicketKeysReading =
  | { readonly ok: true; readonly keys: Uint8Array }
  | { readonly ok: false; readonly problem: string };

const BYTES = TICKET_KEY_GENERATIONS * TICKET_KEY_BYTES;
/** By their names tickets say which key reads them. */
const NAME_BYTES = 16;
const MOST_BYTES = 64 * 1024;
/** Every byte of a key is as likely as any other: 240 of them are never all printable by chance. */
const TEXT = /^[\t\n\r -~]*$/;

/** Reads a file with the same content as the entry of the Secret that the operator makes. */
export const readTicketKeys = (path: string): TicketKeysReading => {
  const content = readBytesFile(path, 'file of ticket keys', MOST_BYTES);
  if (!content.ok) return content;
  const { bytes } = content;
  const fail = (what: string): TicketKeysReading => ({
    ok: false,
    problem: `${path} ${what}: write ${TICKET_KEY_GENERATIONS} random keys of ${TICKET_KEY_BYTES} bytes, in binary, as openssl rand ${BYTES} makes them`,
  });
  if (bytes.length !== BYTES) return fail(`has ${bytes.length} bytes instead of ${BYTES}`);
  if (TEXT.test(bytes.toString('latin1'))) return fail('is text');
  const names = Array.from({ length: TICKET_KEY_GENERATIONS }, (_, i) =>
    bytes.toString('latin1', i * TICKET_KEY_BYTES, i * TICKET_KEY_BYTES + NAME_BYTES),
  );
  if (new Set(names).size < names.length) return fail('has the same key twice');
  return { ok: true, keys: Uint8Array.from(bytes) };
};
