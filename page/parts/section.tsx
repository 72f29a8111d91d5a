import type { ComponentChildren } from 'preact';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** A few words beside the title. */
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the page, which its heading names. */
export const Section = ({ id, title, note, children }: SectionProps) => (
  <section aria-labelledby={id} class={`section ${id}`}>
    <div class="heading">
      <h2 id={id}>{title}</h2>
      {note !== undefined && <p class="note">{note}</p>}
    </div>
    {children}
  </section>
);

/** What may be wider than a phone; it scrolls by itself, with the keyboard as well. */
export const Wide = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
  // biome-ignore lint/a11y/useSemanticElements: a section would need a heading of its own
  <div class="wide" role="region" aria-label={`${label}, table`} tabIndex={0}>
    {children}
  </div>
);
