// Small words for building pages. No page text ever becomes markup: everything goes in as text.

/** An element: `h('p.note', {title: 'x'}, 'text', child)`. */
export function h(what, ...rest) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const part of rest.flat(Infinity)) {
    if (part === null || part === undefined || part === false) continue;
    if (part instanceof Node) element.append(part);
    else if (typeof part === 'object') set(element, part);
    else element.append(String(part));
  }
  return element;
}

function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
}

/** 0x and the first and last digits. */
export function short(hex, digits = 8) {
  return hex.length > 2 * digits + 4 ? `${hex.slice(0, digits + 2)}…${hex.slice(-4)}` : hex;
}

/** 12,345 for numbers, and for the decimal strings of amounts. */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Quanta as coins: 10^9 quanta are one PYDE. A few are told as what they are. */
export function coins(quanta) {
  if (quanta > 0 && quanta < 10000) return `${grouped(quanta)} quanta`;
  const digits = String(quanta).padStart(10, '0');
  const rest = digits.slice(-9).replace(/0+$/, '');
  return `${grouped(digits.slice(0, -9))}${rest ? '.' + rest : ''} PYDE`;
}

export function time(seconds) {
  return new Date(Number(seconds) * 1000).toISOString().replace('T', ' ').slice(0, 19);
}

export function ago(seconds) {
  const passed = Math.round(Date.now() / 1000 - Number(seconds));
  if (passed < 0) return `in ${span(-passed)}`;
  return passed < 2 ? 'now' : `${span(passed)} ago`;
}

function span(seconds) {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

/** Bytes that can be copied. */
export function copyable(text, shown = text) {
  const button = h('button.link', {type: 'button', title: 'Copy', 'aria-label': `Copy ${text}`}, 'copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'copied';
    } catch {
      button.textContent = 'no clipboard';
    }
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
  return h('span', h('span.mono', {title: text}, shown), ' ', button);
}

export const waveLink = wave => h('a', {href: `#/wave/${wave}`}, grouped(wave));
export const transactionLink = (hash, digits) => h('a.mono', {href: `#/tx/${hash}`, title: hash}, short(hash, digits));
const labels = new Map();

/** Calls accounts so wherever they are shown without a name of their own. */
export function label(address, name) {
  labels.set(address, name);
}

/** A value of an account or of anything else, as short as it can be told. */
export const brief = (value, digits) => labels.get(value) ?? short(value, digits);

export function accountLink(address, name = labels.get(address)) {
  return h(name ? 'a' : 'a.mono', {href: `#/account/${encodeURIComponent(address)}`, title: address}, name ?? short(address));
}

export function badge(status) {
  const good = status === 'success';
  return h(`span.badge.${good ? 'good' : 'bad'}`, good ? 'success' : status.replaceAll('_', ' '));
}

export function facts(...pairs) {
  return h('dl.facts', pairs.filter(Boolean).map(([name, value]) => [h('dt', name), h('dd', value)]));
}

export function figures(...pairs) {
  return h('dl.figures', pairs.map(([name, value]) => h('div', h('dt', name), h('dd', value))));
}

export function table(heads, rows) {
  return h('div.scroll', h('table',
    h('thead', h('tr', heads.map(head => h(head.startsWith('#') ? 'th.number' : 'th', {scope: 'col'}, head.replace(/^#/, ''))))),
    h('tbody', rows)));
}

export function problem(error) {
  return h('div.card.problem', {role: 'alert'}, error.message ?? String(error));
}
