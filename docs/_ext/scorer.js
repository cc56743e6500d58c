// How the search orders what it finds: Sphinx's own points, and before all other pages those in the
// language of the page that asks.
const inChinese = document.documentElement.lang.startsWith("zh");

var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([page, , , , points]) => points + (page.startsWith("zh/") === inChinese ? 1000 : 0),
};
