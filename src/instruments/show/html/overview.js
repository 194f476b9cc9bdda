// The overview: the tree, the ladder and the records are one stop of the Tab key each, arrows go from link to link.
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  for (const box of all('.tree-of-keys, .flights, .records table')) {
    const links = all('a', box);
    const stop = (link) => links.forEach((other) => other.setAttribute('tabindex', other === link ? 0 : -1));
    stop(links[0]);
    box.addEventListener('focusin', ({ target }) => stop(target));
    box.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = links[links.indexOf(event.target) + step];
      if (next) { event.preventDefault(); next.focus(); }
    });
  }
  // The cards of the messages in the order of the wire, and back to their steps.
  const button = document.getElementById('by-wire');
  const cards = all('article.message');
  const places = cards.map((card) => card.parentElement.insertBefore(document.createComment(''), card));
  const order = document.createElement('section');
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const pressed = button.getAttribute('aria-pressed') === 'false';
    button.setAttribute('aria-pressed', pressed);
    all('.step').forEach((step) => { step.hidden = pressed; });
    const number = (card) => Number(card.id.slice(1));
    if (pressed) {
      order.append(...[...cards].sort((a, b) => number(a) - number(b)));
      document.querySelector('.step').before(order);
    } else {
      cards.forEach((card, at) => places[at].after(card));
      order.remove();
    }
  });
})();
