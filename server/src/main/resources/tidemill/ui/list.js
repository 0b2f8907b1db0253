// A table of any length: only the rows that can be seen exist, and only their pages are asked for.

import {h} from './dom.js';

const ROW = 38;
const PAGE = 200;
const MARGIN = 12;

/**
 * The table of `count` rows. `load(from, limit)` promises the items of a page, `cells(item, index)`
 * are the contents of a row, one for each of `heads`.
 */
export function longTable(heads, count, load, cells) {
  const pages = new Map();
  const above = h('tr.space', h('td', {colSpan: heads.length}));
  const below = h('tr.space', h('td', {colSpan: heads.length}));
  const body = h('tbody', above, below);
  const box = h('div.scroll.long', {tabindex: '0', role: 'region', 'aria-label': `${count} rows`},
    h('table', {'aria-rowcount': String(count + 1)},
      h('thead', h('tr', heads.map(head =>
        h(head.startsWith('#') ? 'th.number' : 'th', {scope: 'col'}, head.replace(/^#/, ''))))),
      body));
  let first = 0;
  let last = 0;

  const page = number => {
    if (!pages.has(number)) {
      const entry = {items: null, failed: false};
      pages.set(number, entry);
      load(number * PAGE, Math.min(PAGE, count - number * PAGE)).then(
        items => { entry.items = items; },
        () => { pages.delete(number); })
        .then(draw);
    }
    return pages.get(number).items;
  };

  const row = index => {
    const item = page(Math.floor(index / PAGE))?.[index % PAGE];
    return h('tr', {'aria-rowindex': String(index + 2), 'data-row': String(index)},
      item ? cells(item, index) : heads.map((_, i) => h('td.quiet', i === 0 ? index : '…')));
  };

  const draw = () => {
    const height = box.clientHeight || 600;
    first = Math.max(0, Math.floor(box.scrollTop / ROW) - MARGIN);
    last = Math.min(count, Math.ceil((box.scrollTop + height) / ROW) + MARGIN);
    above.firstChild.style.height = `${first * ROW}px`;
    below.firstChild.style.height = `${(count - last) * ROW}px`;
    body.replaceChildren(above, ...Array.from({length: last - first}, (_, i) => row(first + i)), below);
  };

  let waiting = false;
  box.addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }, {passive: true});
  draw();
  return box;
}
