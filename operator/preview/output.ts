/** Forms in which manifests are written. */
export const OUTPUTS = ['yaml', 'json'] as const;
export type Output = (typeof OUTPUTS)[number];
