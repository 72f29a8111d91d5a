/** Descriptions of alerts (RFC 8446, section 6). */
export const ALERTS = {
  unexpected_message: 10,
  handshake_failure: 40,
  certificate_expired: 45,
  illegal_parameter: 47,
  access_denied: 49,
  decode_error: 50,
  protocol_version: 70,
  unrecognized_name: 112,
} as const;

const ALERT = 21;
const FATAL = 2;

/** The record with which a server refuses a ClientHello: a fatal alert, in the clear. */
export const fatalAlert = (description: keyof typeof ALERTS): Uint8Array =>
  Uint8Array.of(ALERT, 3, 3, 0, 2, FATAL, ALERTS[description]);
