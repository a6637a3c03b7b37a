/** Goes to a field by its id: opens what it is folded into, and of radio buttons takes the one that is chosen. */
export function goToField(id: string): void {
  const field = document.getElementById(id);
  if (field === null) return;
  for (let fold = field.closest('details'); fold !== null; fold = fold.parentElement?.closest('details') ?? null) fold.open = true;
  const chosen = field instanceof HTMLInputElement && field.type === 'radio' ? document.querySelector<HTMLElement>(`input[name="${CSS.escape(field.name)}"]:checked`) : null;
  (chosen ?? field).focus();
  field.scrollIntoView({ block: 'nearest' });
}
