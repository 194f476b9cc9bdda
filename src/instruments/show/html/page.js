// Comfort only: the page says all without it. Constant, so that a hash can allow it; its words stand in the page.
(() => {
  'use strict';
  const tools = document.getElementById('tools');
  // Two connections side by side have no cards.
  if (!tools) return;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const open = (element) => {
    for (let details = element?.closest('details'); details; details = details.parentElement.closest('details')) details.open = true;
  };

  // A link into the page opens what it leads to; the first message is open as an example.
  const arrive = (hash) => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    open(target?.matches('.message') ? target.querySelector('.card') : target);
    target?.scrollIntoView();
  };
  addEventListener('hashchange', () => arrive(location.hash));
  if (location.hash) arrive(location.hash); else open(document.querySelector('.card'));

  // What stands in the template needs a script.
  tools.parentElement.append(tools.content);
  const [search, status, button] = ['search', 'status', 'open-all'].map((id) => document.getElementById(id));
  const words = { open: button.textContent, close: button.dataset.close };
  button.addEventListener('click', () => {
    const closed = all('details:not([open])').length > 0;
    for (const details of all('details')) details.open = closed;
    button.textContent = closed ? words.close : words.open;
  });

  // The search hides messages that do not have all the words, opens the others, and marks the fields.
  const texts = new Map();
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const row = (li) => li.querySelector(':scope > details > summary') ?? li;
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (element) => wanted.length > 0 && wanted.every((word) => text(element).includes(word));
    let found = 0;
    for (const message of all('.message')) {
      message.hidden = wanted.length > 0 && !has(message);
      const hits = has(message) ? all('.card > .tree li', message).filter((li) => has(row(li))) : [];
      for (const li of all('.hit', message)) li.classList.remove('hit');
      for (const li of hits) { li.classList.add('hit'); open(li.parentElement); }
      if (has(message)) { found += 1; open(message.querySelector('.card')); }
    }
    status.textContent = wanted.length ? status.dataset.found.replace('%', found) : '';
  });

  // The sign # is a link; a click also copies its address.
  addEventListener('click', ({ target }) => {
    const anchor = target.closest?.('.anchor');
    if (!anchor) return;
    const said = () => { status.textContent = status.dataset.copied; anchor.classList.add('copied'); };
    navigator.clipboard?.writeText(anchor.href).then(said, () => {});
  });

  // Bytes of the block light their field and all that it is a part of; a field lights its bytes.
  const lit = new Set();
  const light = (element) => { if (element) { element.classList.add('on'); lit.add(element); } };
  const follow = ({ target }) => {
    const run = target.closest?.('.bytes a');
    const field = target.closest?.('.card > .tree li');
    if (!run && !field) return;
    for (const element of lit) element.classList.remove('on');
    lit.clear();
    light(run);
    for (let li = run && document.getElementById(run.hash.slice(1)); li; li = li.parentElement.closest('.tree li')) light(li);
    for (const li of field ? [field, ...all('li', field)] : []) light(document.getElementById(li.id.replace('f', 'b')));
  };
  addEventListener('mouseover', follow);
  addEventListener('focusin', follow);

  // One stop of the Tab key for what belongs together, and arrows within it.
  const rove = (box, stops, move) => {
    stops().forEach((stop, at) => { stop.tabIndex = at ? -1 : 0; });
    box.addEventListener('focusin', ({ target }) => {
      if (!stops().includes(target)) return;
      for (const stop of all('[tabindex="0"]', box)) stop.tabIndex = -1;
      target.tabIndex = 0;
    });
    box.addEventListener('keydown', (event) => {
      const next = move(event, stops());
      if (next) { event.preventDefault(); next.focus(); }
    });
  };
  const neighbour = (keys) => ({ key, target }, stops) => stops[stops.indexOf(target) + (keys[key] ?? NaN)];
  for (const box of all('.bytes')) rove(box, () => all('a', box), neighbour({ ArrowRight: 1, ArrowLeft: -1 }));

  // Fields: up and down go from row to row; right opens a group, or goes to its link; left closes it, or goes up.
  const stop = (li) => li.querySelector(':scope > details > summary') ?? li.querySelector(':scope > .anchor');
  const shown = (tree) => all('li', tree).filter((li) => !li.parentElement.closest('.tree details:not([open])'));
  const inTree = (event, stops) => {
    const { key, target } = event;
    const li = target.closest('li');
    const details = li.querySelector(':scope > details');
    if (key === 'ArrowRight' && details) {
      if (details.open) return li.querySelector(':scope > .anchor');
      details.open = true;
    } else if (key === 'ArrowLeft') {
      if (target.matches('summary') && details.open) details.open = false;
      else if (details && target.matches('.anchor')) return stop(li);
      else return li.parentElement.closest('li') && stop(li.parentElement.closest('li'));
    } else return neighbour({ ArrowDown: 1, ArrowUp: -1 })({ key, target: stop(li) }, stops);
    return undefined;
  };
  for (const summary of all('.card > .tree summary')) summary.tabIndex = -1;
  for (const tree of all('.card > .tree')) rove(tree, () => shown(tree).map(stop), inTree);

  // On paper all is open.
  let closed = [];
  addEventListener('beforeprint', () => { closed = all('details:not([open])'); for (const details of closed) details.open = true; });
  addEventListener('afterprint', () => { for (const details of closed) details.open = false; });
})();
