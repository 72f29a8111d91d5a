/** An address and a port as people write them: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export const endpointText = ({
  address,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
