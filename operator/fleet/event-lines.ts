/** One event of a stream, as text. */
export interface TextEvent {
  readonly type: string;
  readonly data: string;
}

/**
 * Puts server-sent events together from pieces of a stream. Throws once an event is longer than `longest`
 * characters: whoever sends that is not what it should be.
 */
export class EventLines {
  #rest = '';
  #longest: number;

  constructor(longest: number) {
    this.#longest = longest;
  }

  push(text: string): readonly TextEvent[] {
    const parts = (this.#rest + text).split('\n\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > this.#longest) throw new Error('its event is too long');
    return parts.map((part) => {
      const lines = part.split('\n');
      const field = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      return { type: field('event'), data: field('data') };
    });
  }
}
