// Tables and code can be scrolled with the keyboard, and diagrams are drawn by a script of this site.
(() => {
  const root = new URL("../..", document.currentScript.src)
  // The library's own colours of labels on arrows and of notes are too faint to be read by everybody.
  const LABELS = ".edgeLabel, .edgeLabel p, .edgeLabel .label, .labelBkg {"
    + "color: var(--md-typeset-color) !important; background-color: var(--md-default-bg-color) !important }"
    + ".edgeLabel rect, .labelBox { fill: var(--md-default-bg-color) !important; opacity: 1 !important }"
    + ".note { fill: var(--md-code-bg-color) !important } .noteText, .noteText > tspan { fill: var(--md-typeset-color) !important }"
  const isDark = () => document.body.dataset.mdColorScheme === "slate"

  const load = () => new Promise((done, failed) => {
    const script = document.createElement("script")
    script.src = new URL("vendor/mermaid.min.js", root).href
    script.onload = done
    script.onerror = failed
    document.head.append(script)
  })

  const draw = async diagrams => {
    const theme = isDark() ? "dark" : "default"
    const fontFamily = getComputedStyle(document.body).fontFamily
    mermaid.initialize({ startOnLoad: false, theme, fontFamily, themeCSS: LABELS })
    let number = 0
    for (const diagram of diagrams) {
      const { svg } = await mermaid.render(`diagram-${theme}-${number++}`, diagram.dataset.text)
      diagram.innerHTML = svg
      diagram.dataset.drawn = theme
    }
  }

  document.addEventListener("DOMContentLoaded", async () => {
    for (const link of document.querySelectorAll(".md-select__link")) {
      // The entrance of the site leads to the language that was chosen last.
      link.addEventListener("click", () => {
        try { localStorage.setItem("aihub.language", link.lang) } catch { /* A browser that keeps nothing. */ }
      })
    }
    for (const wide of document.querySelectorAll(".md-typeset table:not([class]), pre > code")) wide.tabIndex = 0
    const diagrams = [...document.querySelectorAll("pre.diagram")].map(source => {
      const diagram = document.createElement("div")
      diagram.className = "diagram"
      // On a phone it scrolls, which has to be possible with the keyboard as well.
      diagram.tabIndex = 0
      diagram.dataset.text = source.textContent
      source.replaceWith(diagram)
      return diagram
    })
    if (!diagrams.length) return
    await load()
    await draw(diagrams)
    new MutationObserver(() => draw(diagrams)).observe(document.body, { attributeFilter: ["data-md-color-scheme"] })
  })
})()
