import { helloPreface } from './hello-preface.ts';
import { openingPreface } from './opening-preface.ts';
import type { PrefaceFor } from './preface.ts';
import { proxyPreface } from './proxy-preface.ts';

/**
 * The prefaces of a listener: its PROXY header if it accepts one, what comes in the clear before TLS, and the
 * ClientHello if it has routes or ends TLS.
 */
export const prefaceFor: PrefaceFor = ({ policy: { proxyProtocol, tls }, backendSlot }, table, contexts) => {
  const hello = tls === undefined ? undefined : helloPreface(tls, backendSlot, table, contexts);
  const ofTls =
    tls?.startTls === undefined || hello === undefined
      ? hello
      : openingPreface(tls.startTls, tls, backendSlot, hello);
  return proxyProtocol === undefined ? ofTls : proxyPreface(proxyProtocol, backendSlot, ofTls);
};
