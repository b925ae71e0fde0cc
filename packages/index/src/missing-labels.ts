/** Labels below `rows` that no item has any more. */
export function missingLabels(labels: Uint32Array, rows: number): number[] {
  if (labels.length === rows) return [];
  const missing: number[] = [];
  let next = 0;
  for (let label = 0; label < rows; label++) {
    if (labels[next] === label) next++;
    else missing.push(label);
  }
  return missing;
}
