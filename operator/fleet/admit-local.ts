import type { IncomingHttpHeaders } from 'node:http';
import { type Admission, EVERYTHING } from './scope.ts';

/** A port-forward may have any port. */
const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Admits who asks at a loopback address: a user of this machine, or one whom the API server lets forward the
 * port. A page of another site in a browser there could ask as well: by a name that it lets point to this
 * machine (DNS rebinding), which the header Host tells; or without reading the answer, as browsers say in
 * Sec-Fetch-Site.
 */
export const admitLocal = ({ host = '', 'sec-fetch-site': site }: IncomingHttpHeaders): Admission => {
  if (!LOCAL.test(host))
    return {
      kind: 'Refused',
      status: 403,
      why: 'This address answers to localhost, 127.0.0.1 and [::1] only; open it by one of these names.',
    };
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { kind: 'Refused', status: 403, why: 'Another site may not ask; open this page by itself.' };
  return { kind: 'Admitted', scope: EVERYTHING };
};
