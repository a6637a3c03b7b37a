/** Where the focus goes in a grid with a key. Pure. */
export type At = { row: number; column: number };

export function moved({ key, ctrlKey, altKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>, at: At, size: { rows: number; columns: number }): At | null {
  if (altKey || metaKey) return null;
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const to = (row: number, column: number): At => ({ row: Math.max(0, Math.min(row, last.row)), column: Math.max(0, Math.min(column, last.column)) });
  switch (key) {
    case 'ArrowLeft': return to(at.row, at.column - 1);
    case 'ArrowRight': return to(at.row, at.column + 1);
    case 'ArrowUp': return to(at.row - 1, at.column);
    case 'ArrowDown': return to(at.row + 1, at.column);
    case 'Home': return to(ctrlKey ? 0 : at.row, 0);
    case 'End': return to(ctrlKey ? last.row : at.row, last.column);
    default: return null;
  }
}
