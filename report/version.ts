/**
 * Version of the report's contract. It is incremented when a field is removed or changes its meaning, so that
 * readers notice. Adding a field does not increment it, since readers ignore unknown fields.
 */
export const REPORT_VERSION = 1;
