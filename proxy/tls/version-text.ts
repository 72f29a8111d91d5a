const NAMES: Readonly<Record<number, string>> = {
  768: 'SSL3.0',
  769: 'TLS1.0',
  770: 'TLS1.1',
  771: 'TLS1.2',
  772: 'TLS1.3',
};

/** The name of a version of TLS, as fields of the resource have it, by its number in the protocol. */
export const versionText = (version: number): string => NAMES[version] ?? `0x${version.toString(16)}`;
