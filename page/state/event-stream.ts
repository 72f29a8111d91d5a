/** Takes the data of an event, by its type. */
export type OnEvent = (type: string, data: string) => void;

/**
 * Reads server-sent events of a response until it ends. An EventSource would reconnect by itself, but sends
 * no header with a token.
 */
export const readEvents = async (body: ReadableStream<Uint8Array>, onEvent: OnEvent): Promise<void> => {
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const lines = part.split('\n');
      const field = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      if (field('event') !== '') onEvent(field('event'), field('data'));
    }
  }
};
