/** What `convert` reads. */
export const FORMATS = ['ingress-nginx', 'haproxy', 'nginx', 'traefik'] as const;
export type Format = (typeof FORMATS)[number];
