import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';
import { DURATION_FORM } from '../../crds/duration.ts';

const DURATION = new RegExp(DURATION_FORM);

/** A duration such as `30s` or `1h30m`, as in the resource. */
export const duration: ValueParser<'sync', string> = {
  mode: 'sync',
  metavar: 'DURATION',
  placeholder: '',
  format: (given) => given,
  parse(input) {
    return DURATION.test(input)
      ? { success: true, value: input }
      : { success: false, error: [text(`"${input}" is no duration, such as 30s or 1h30m`)] };
  },
};
