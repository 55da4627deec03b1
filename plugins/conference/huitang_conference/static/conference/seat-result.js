// What a vote came to, at the seat: nothing before it is announced.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});

  const $ = (id) => document.getElementById(id);
  const TONES = { 通过: "passed", 未通过: "failed", complete: "passed", void: "failed" };

  const figure = (name, number) => {
    const box = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = name;
    const value = document.createElement("dd");
    value.textContent = number;
    box.append(term, value);
    return box;
  };

  const figures = (result, words) => {
    if (result.election) return result.election.candidates.map((one) => figure(one.elected ? `✓ ${one.name}` : one.name, one.for));
    const counts = result.counts || result;
    const names = ["for", "against", "abstain", "not_pressed", "not_raised"].filter((name) => name in counts);
    if (counts.fault) names.push("fault");
    return names.map((name) => figure(words.figures[name], counts[name]));
  };

  const drawResult = (poll, words, receipt, late) => {
    const { result } = poll;
    const told = Boolean(poll.announced_at && result);
    $("result-lead").textContent = told ? words.announced : words.closed;
    $("result-title").textContent = poll.title;
    const outcome = told ? result.verdict?.verdict || result.election?.outcome || "" : "";
    const tone = TONES[outcome] || (outcome ? "other" : "");
    const verdict = $("result-verdict");
    verdict.hidden = !outcome;
    verdict.dataset.tone = tone;
    verdict.querySelector("[data-word]").textContent = words.verdicts[outcome] || outcome;
    verdict.querySelector("[data-passed]").hidden = tone !== "passed";
    verdict.querySelector("[data-failed]").hidden = tone !== "failed";
    $("result-figures").replaceChildren(...(told ? figures(result, words) : []));
    $("result-mine").textContent = receipt ? words.my_receipt.replace("#", receipt) : late ? words.late : "";
  };

  parts.drawResult = drawResult;
})();
