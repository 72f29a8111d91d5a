import type { ComponentChildren } from 'preact';
import { Wide } from './section.tsx';

/** The title of a column; with it, the classes of its heading. */
export type Column = string | readonly [title: string, classes: string];

interface TableProps {
  readonly label: string;
  /** What is read aloud before the table; its label, unless there is more to say. */
  readonly caption?: string;
  readonly columns: readonly Column[];
  /** Whether each row becomes a card on a phone. */
  readonly stacks?: boolean;
  /** The rows. */
  readonly children: ComponentChildren;
}

export const Table = ({ label, caption = label, columns, stacks = false, children }: TableProps) => (
  <Wide label={label}>
    <table class={stacks ? 'stack' : undefined}>
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => {
            const [title, classes] = typeof column === 'string' ? [column] : column;
            return (
              <th scope="col" class={classes} key={title}>
                {title}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </Wide>
);
