/** The length in bytes of the response that begins with `text`, or why it is not the expected one. */
export const responseLength = (text: string): number | string => {
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(text)?.[1];
  if (status === undefined) return 'NotHttp';
  if (status !== '200') return `Status${status}`;
  const end = text.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)\r$/im.exec(text.slice(0, end + 2))?.[1];
  return end < 0 || length === undefined ? 'NoLength' : end + 4 + Number(length);
};
