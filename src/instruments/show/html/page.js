// Comfort only: the page says all without it. Constant, so that a hash can allow it.
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const lit = new Set();
  const light = (element) => { if (element) { element.classList.add('on'); lit.add(element); } };
  const show = (box, run) => {
    if (box && run) box.scrollTop += run.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  };
  // A field lights its bytes, bytes light their field and all that it is a part of.
  const follow = ({ target }) => {
    const run = target.closest?.('.bytes a');
    const field = target.closest?.('.anatomy .tree li');
    if (!run && !field) return;
    for (const element of lit) element.classList.remove('on');
    lit.clear();
    if (run) {
      light(run);
      for (let li = document.getElementById(run.hash.slice(1)); li; li = li.parentElement.closest('.tree li')) light(li);
    } else {
      light(field);
      const runs = [field, ...all('li', field)].map((li) => document.getElementById(li.id.replace('f', 'b')));
      runs.forEach(light);
      show(field.closest('.anatomy').querySelector('.dump'), runs.find(Boolean));
    }
  };
  addEventListener('mouseover', follow);
  addEventListener('focusin', follow);
  // The bytes of a message are one stop of the Tab key; arrows go from run to run.
  for (const bytes of all('.bytes')) {
    const runs = all('a', bytes);
    runs.forEach((run, at) => { run.tabIndex = at ? -1 : 0; });
    bytes.addEventListener('keydown', (event) => {
      const next = runs[runs.indexOf(event.target) + { ArrowRight: 1, ArrowLeft: -1 }[event.key]];
      if (next) { event.preventDefault(); next.focus(); }
    });
  }
  const button = document.getElementById('open-all');
  button.hidden = false;
  button.addEventListener('click', () => {
    const open = all('details:not([open])').length > 0;
    all('details').forEach((details) => { details.open = open; });
    button.textContent = open ? 'Close all details' : 'Open all details';
  });
})();
