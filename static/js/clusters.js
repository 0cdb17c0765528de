// Groups of points that would overlap on the screen: one group for each cell of a pixel grid, then neighbours that
// still touch are joined.

function middle(members) {
  const sum = (axis) => members.reduce((total, point) => total + point[axis], 0);
  return { x: sum("x") / members.length, y: sum("y") / members.length, members };
}

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
  const groups = [];
  for (const members of cells.values()) {
    const group = middle(members);
    const near = groups.findIndex(({ x, y }) => Math.hypot(x - group.x, y - group.y) < cell * 0.8);
    if (near < 0) groups.push(group);
    else groups[near] = middle([...groups[near].members, ...members]);
  }
  return groups;
}
