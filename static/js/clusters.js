// Groups of points that would overlap on the screen: one group for each cell of a pixel grid.

/**
 * @param {Array<{x: number, y: number}>} points positions in pixels, with anything else they carry
 * @param {number} cell side of a cell in pixels
 * @returns {Array<{x: number, y: number, members: Array}>} groups at the mean of their members
 */
export function groupByCell(points, cell) {
  const cells = new Map();
  for (const point of points) {
    const key = `${Math.floor(point.x / cell)}:${Math.floor(point.y / cell)}`;
    const members = cells.get(key);
    if (members) members.push(point);
    else cells.set(key, [point]);
  }
  return [...cells.values()].map((members) => ({
    x: members.reduce((sum, point) => sum + point.x, 0) / members.length,
    y: members.reduce((sum, point) => sum + point.y, 0) / members.length,
    members,
  }));
}
