import type { Finding } from '../../crds/finding.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { listed } from '../text/lists-and-counts.ts';

/** Number of fields that the message lists; the rest are only counted. */
const SHOWN = 10;

/** Warns of values that were stored before a rule refused them; they are served unchanged. */
export const checkTolerated = (tolerated: readonly Finding[]): readonly Warning[] =>
  tolerated.length === 0
    ? []
    : [
        {
          reason: 'NoLongerAdmitted',
          message: `The spec contains values that would be refused today: ${listed(
            tolerated.map(({ path, message }) => `${path} ${message}`),
            SHOWN,
          )}. Correct them: until then, the API server refuses changes to the fields around them.`,
        },
      ];
