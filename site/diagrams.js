// Draws the diagrams of a page. Without it their source stands there, and the words below each tell the same.
(() => {
  const library = new URL("mermaid.js", document.currentScript.src);
  const diagrams = [...document.querySelectorAll("code.language-mermaid")].map((code) => {
    const drawing = document.createElement("div");
    drawing.className = "diagram";
    return { source: code.textContent, drawing, block: code.closest("pre") };
  });
  if (diagrams.length === 0) return;

  const root = document.documentElement;
  const dark = () => ["navy", "coal", "ayu"].some((theme) => root.classList.contains(theme));

  async function draw() {
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: dark() ? "dark" : "neutral" });
    for (const [number, { source, drawing, block }] of diagrams.entries()) {
      drawing.innerHTML = (await mermaid.render(`diagram-${number}`, source)).svg;
      if (block.isConnected) block.replaceWith(drawing);
    }
  }

  const script = document.createElement("script");
  script.src = library;
  script.onload = () => {
    let drawn = dark();
    draw();
    // A reader may change the theme of the page.
    new MutationObserver(() => {
      if (dark() !== drawn) {
        drawn = dark();
        draw();
      }
    }).observe(root, { attributeFilter: ["class"] });
  };
  document.head.append(script);
})();
