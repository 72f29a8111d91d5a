/** Output formats of manifests. */
export const OUTPUTS = ['yaml', 'json'] as const;
export type Output = (typeof OUTPUTS)[number];
