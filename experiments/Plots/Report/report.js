"use strict";
// Sorts a table by the column whose head is pressed; once more turns it round. Numbers go by data-value, missing ones to the end.
function sortBy(table, column, descending) {
  const key = row => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };
  const compare = (a, b) => {
    const x = key(a), y = key(b), xMissing = Number.isNaN(x), yMissing = Number.isNaN(y);
    if (xMissing || yMissing) return xMissing - yMissing;
    const order = typeof x === "number" ? (typeof y === "number" ? x - y : -1)
      : typeof y === "number" ? 1 : x.localeCompare(y, "en", { numeric: true });
    return descending ? -order : order;
  };
  const body = table.tBodies[0];
  body.append(...Array.from(body.rows).sort(compare));
}
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const descending = head.getAttribute("aria-sort") === "ascending";
    heads.forEach(other => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    sortBy(table, column, descending);
  }));
}
