/**
 * Give each row its own column, or none, so that the sum of costs is least.
 *
 * @param costs A row's cost with each column, not negative.
 * @param most A pair costs no more than this; a row without a column costs this.
 * @returns The column of each row, or `null`; of equal ways the one that serves the
 *   first rows.
 */
export function assign(costs: readonly (readonly number[])[], most: number): (number | null)[] {
  const known = new Map<string, Way>();

  function best(row: number, used: readonly number[]): Way {
    if (row === costs.length) {
      return { cost: 0, columns: [] };
    }
    const key = `${row}:${[...used].sort().join()}`;
    const held = known.get(key);
    if (held !== undefined) {
      return held;
    }
    const ways: Way[] = [];
    costs[row]!.forEach((own, column) => {
      if (own <= most && !used.includes(column)) {
        const { cost, columns } = best(row + 1, [...used, column]);
        ways.push({ cost: cost + own, columns: [column, ...columns] });
      }
    });
    const { cost, columns } = best(row + 1, used);
    ways.push({ cost: cost + most, columns: [null, ...columns] });
    const least = ways.reduce((a, b) => (b.cost < a.cost ? b : a));
    known.set(key, least);
    return least;
  }

  return [...best(0, []).columns];
}

/** What the rows from one on have, and what that costs. */
interface Way {
  readonly cost: number;
  readonly columns: readonly (number | null)[];
}
