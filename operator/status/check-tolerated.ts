import type { Finding } from '../../crds/finding.ts';
import { listed } from '../text/lists-and-counts.ts';
import type { Warning } from './warning-reasons.ts';

/** Fields that the message names; of the rest it says how many there are. */
const SHOWN = 10;

/** What was stored before there was a rule against it, which is served as it is. */
export const checkTolerated = (tolerated: readonly Finding[]): readonly Warning[] =>
  tolerated.length === 0
    ? []
    : [
        {
          reason: 'NoLongerAdmitted',
          message: `The spec has what would be refused today: ${listed(
            tolerated.map(({ path, message }) => `${path} ${message}`),
            SHOWN,
          )}. Correct it: until then the API server refuses changes of what is around it.`,
        },
      ];
