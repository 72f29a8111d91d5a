// Apart from the schema, which most of what names the type does not need, and which takes a tenth of a second
// to load.

export const GROUP = 'l4balancer.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'L4Balancer';
export const PLURAL = 'l4balancers';
/** Prefix of the names of all objects made for a resource, such as its Service. */
export const CHILD_PREFIX = 'l4b-';
/** Default port of the proxy's admin endpoint; no listener may use it. */
export const ADMIN_PORT = 9901;
