/** The name of a Secret that stands for a file: `/etc/ssl/db.example.com.pem` becomes `db.example.com`. */
export const secretName = (path: string): string => {
  const base = path.split('/').at(-1) ?? '';
  const plain = base
    .replace(/\.(pem|crt|cert|cer|key)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/\.+/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '')
    .replace(/-?\.-?/g, '.');
  return plain === '' ? 'certificate' : plain;
};
