import { signal } from '@preact/signals';

const query = matchMedia('(prefers-color-scheme: dark)');

/** Whether the system asks for dark colours. A canvas has to be drawn again when it changes. */
export const isDark = signal(query.matches);
query.addEventListener('change', ({ matches }) => {
  isDark.value = matches;
});

/** The value of a custom property of the style, for what CSS does not reach. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
