// Contrast takes most of axe-core's time, and most texts of a page, and of the pages beside it, have the same letters on the same ground.
// Each such pair is looked at once a tab: seen holds those that were. What it cannot tell apart for sure is looked at every time: what
// lies over other things (positioned, moved, pulled by a negative margin, drawn in SVG) or reaches out of its ground.
async (seen, again) => {
  const grounds = new Map(), met = new Set(seen), fresh = [];
  let alone = 0;
  const ground = e => {
    if (!e) return {sign: ""};
    if (grounds.has(e)) return grounds.get(e);
    const under = ground(e.parentElement), s = getComputedStyle(e);
    let sign = "";
    if (e.namespaceURI !== "http://www.w3.org/1999/xhtml" || !["static", "relative"].includes(s.position) || s.zIndex !== "auto" || s.transform !== "none" ||
      s.position === "relative" && [s.top, s.left, s.bottom, s.right].some(v => parseFloat(v)) ||
      [s.marginTop, s.marginLeft, s.marginBottom, s.marginRight].some(v => v.startsWith("-"))) sign += "alone" + alone++;
    const bare = s.backgroundColor === "rgba(0, 0, 0, 0)" && s.backgroundImage === "none";
    if (!bare) sign += s.backgroundColor + s.backgroundImage;
    if (s.opacity !== "1" || s.filter !== "none" || s.mixBlendMode !== "normal") sign += s.opacity + s.filter + s.mixBlendMode;
    const g = sign || !bare ? {sign: under.sign + "/" + sign, box: bare ? under.box : e} : under;
    grounds.set(e, g);
    return g;
  };
  const within = (e, box) => {
    if (!box || e === box) return e.scrollWidth <= e.clientWidth || getComputedStyle(e).display === "inline";
    const a = e.getBoundingClientRect(), b = box.getBoundingClientRect();
    return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  };
  const rule = axe._audit.rules.find(r => r.id === "color-contrast"), matches = rule.matches;
  rule.matches = (e, ...more) => {
    const g = ground(e), s = getComputedStyle(e), sign = [g.sign, s.color, s.fontSize, s.fontWeight, s.textShadow, s.webkitTextFillColor].join(";");
    const plain = !g.sign.includes("alone") && within(e, g.box);
    if (plain && met.has(sign)) return false;
    if (!matches(e, ...more)) return false;
    if (plain) {
      met.add(sign);
      fresh.push(sign);
    }
    return true;
  };
  const drawn = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]; // rules that width and theme change
  const result = await axe.run(document, {resultTypes: ["violations"], ...(again ? {runOnly: {type: "rule", values: drawn}} : {})});
  return {
    Fresh: fresh,
    Wrong: result.violations.flatMap(v => v.nodes.map(n => v.id + " (" + v.help + "): " + n.target.join(" ") + ": " + n.html.slice(0, 160) + " " + n.any.map(a => a.message).join("; "))),
  };
}
