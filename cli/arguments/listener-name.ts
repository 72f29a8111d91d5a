import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

const LISTENER = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/(TCP|UDP))?$/;

/** A listener: its name, or its port with or without its protocol. */
export const listenerName: ValueParser<'sync', string> = {
  mode: 'sync',
  metavar: 'LISTENER',
  placeholder: '',
  format: (listener) => listener,
  parse(input) {
    return LISTENER.test(input) && input.length <= 67
      ? { success: true, value: input }
      : {
          success: false,
          error: [
            text(`"${input}" is neither the name of a listener nor a port, such as web, 443 or 53/UDP`),
          ],
        };
  },
};
