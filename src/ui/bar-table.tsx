import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "./table";

export interface BarRow {
  name: string;
  /** 0 to 1: how long its bar is. */
  length: number;
  value: string;
  note: string;
}

type BarTableProps = { caption: string; columns: { name: string; value: string; note: string }; rows: BarRow[] };

/** A table of a few numbers with a bar in each row, so that picture and numbers are one thing. */
export function BarTable({ caption, columns, rows }: BarTableProps) {
  return (
    <Table>
      <TableCaption>{caption}</TableCaption>
      <TableHeader>
        <tr>
          <TableHead className="w-2/5">{columns.name}</TableHead>
          <td aria-hidden="true" className="border-b max-sm:hidden" />
          <TableHead numeric>{columns.value}</TableHead>
          <TableHead numeric>{columns.note}</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map(({ name, length, value, note }) => (
          <TableRow key={name}>
            <TableCell className="[overflow-wrap:anywhere]">{name}</TableCell>
            <td aria-hidden="true" className="w-1/3 border-b px-3 max-sm:hidden">
              {/* Its width is an attribute, because the policy forbids inline styles; and nothing is in it, see chart-picture.tsx. */}
              <svg width={`${Math.round(length * 1000) / 10}%`} height="8" aria-hidden="true" className="block rounded-xs bg-ember" />
            </td>
            <TableCell numeric>{value}</TableCell>
            <TableCell numeric className="text-muted">
              {note}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
