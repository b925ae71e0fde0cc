interface Place {
  readonly from: number;
  readonly count: number;
  readonly columns: number;
}

/**
 * Where a key leads in a grid filled row by row.
 *
 * @returns the new position, -1 for "out at the top", or undefined where the key means nothing
 */
export function gridMove(key: string, { from, count, columns }: Place): number | undefined {
  const last = count - 1;
  switch (key) {
    case "ArrowRight":
      return Math.min(last, from + 1);
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowDown": {
      const lastRow = Math.floor(last / columns);
      return Math.floor(from / columns) === lastRow ? from : Math.min(last, from + columns);
    }
    case "ArrowUp":
      return from < columns ? -1 : from - columns;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}
