import type { ReactNode } from 'react';

export type Column<Row> = {
  key: string;
  title: string;
  /** Hides the title except from screen readers, as for a column of menus. */
  titleHidden?: boolean;
  /** Shown from this width on. The first column must contain its content on narrower screens. */
  from?: 'sm' | 'md';
  cell: (row: Row) => ReactNode;
};

const shownFrom = { sm: 'hidden sm:table-cell', md: 'hidden md:table-cell' };

/** A table of rows that belong together. */
export function Table<Row extends { id: string }>({
  caption,
  columns,
  rows,
}: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
}) {
  const look = ({ from }: Column<Row>) => (from === undefined ? '' : shownFrom[from]);
  return (
    <table className="w-full border-collapse text-left text-small">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="border-b border-hairline text-note text-ink-soft">
          {columns.map((column) => (
            <th key={column.key} scope="col" className={`py-2 pr-3 font-normal ${look(column)}`}>
              {column.titleHidden ? <span className="sr-only">{column.title}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-b border-hairline last:border-b-0">
            {columns.map((column) => (
              <td key={column.key} className={`py-2 pr-3 align-middle last:pr-0 ${look(column)}`}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
