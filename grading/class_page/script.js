
"use strict";
(() => {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const letters = new Intl.Collator(table.dataset.lang, { numeric: true });

  const numbers = (a, b) => a - b;
  const ordered = (column, descending) => {
    const value = (row) => row.cells[column].dataset.sort;
    const compare = column === 0 ? letters.compare : numbers;
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      // Rows without a value come last, whichever way the others are sorted.
      if (x === "" || y === "") return (x === "") - (y === "");
      return descending ? compare(y, x) : compare(x, y);
    });
  };

  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      body.append(...ordered(head.cellIndex, descending));
    });
  }

  const search = document.getElementById("search");
  const wanted = document.getElementById("wanted");
  const found = document.getElementById("found");
  // Without accents and capitals, so that "Aicha" finds "Aïcha".
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
  const show = () => {
    const words = plain(wanted.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => texts.get(row).includes(word));
      count += !row.hidden;
    }
    found.textContent = words.length ? found.dataset.words.replace("#", count) : "";
  };
  wanted.addEventListener("input", show);
  search.addEventListener("submit", (event) => event.preventDefault());
  search.hidden = false;
  show(); // a browser keeps what was typed when a page is loaded again
})();
