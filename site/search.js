// Finds Chinese. mdBook's search looks for words between blanks, which Chinese does not have: here a text is found wherever it
// stands. Anything else is searched as before.
(() => {
  const around = 60;
  const byWords = elasticlunr.Index.prototype.search;

  elasticlunr.Index.prototype.search = function (query, options) {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!terms.some((term) => /\p{Script=Han}/u.test(term))) return byWords.call(this, query, options);
    const found = [];
    for (const [ref, doc] of Object.entries(this.documentStore.docs)) {
      const [place, body] = [doc.breadcrumbs.toLowerCase(), doc.body.toLowerCase()];
      if (!terms.every((term) => place.includes(term) || body.includes(term))) continue;
      const count = (text) => terms.reduce((sum, term) => sum + text.split(term).length - 1, 0);
      // The words around the first place, with blanks around the term, so that the list of results can mark it.
      const at = Math.max(0, body.indexOf(terms[0]));
      const parts = [doc.body.slice(Math.max(0, at - around), at), doc.body.slice(at).slice(0, around)];
      const excerpt = parts.join("").replaceAll(terms[0], ` ${terms[0]} `);
      found.push({ ref, score: 10 * count(place) + count(body), doc: { ...doc, body: excerpt } });
    }
    return found.sort((one, other) => other.score - one.score);
  };
})();
