// Shows the interactive reference of the page's document, ready to speak to the emulator beside the site.
(() => {
  // System fonts with Chinese glyphs, and shades that everybody can read.
  const CSS = `
    :root { --scalar-font: system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif }
    .light-mode { --scalar-color-2: #3d3d3d; --scalar-color-3: #595959;
      --scalar-color-green: #00664a; --scalar-color-blue: #005a9c; --scalar-color-orange: #a63c00;
      --scalar-color-red: #b3001b; --scalar-color-purple: #5203d1 }
    .dark-mode { --scalar-color-2: #cfcfcf; --scalar-color-3: #b0b0b0;
      --scalar-color-green: #00c853; --scalar-color-blue: #58b8f0; --scalar-color-orange: #ff8d4d;
      --scalar-color-red: #ff6b61; --scalar-color-purple: #b191f9 }`
  const words = document.documentElement.lang
  const api = JSON.parse(document.getElementById("document").textContent)
  const emulator = window.aihubEmulator
  if (emulator) {
    for (const server of api.servers) {
      if (server["x-environment"] === "local") {
        server.url = server.url.startsWith("https:") ? emulator.s3_url : emulator.base_url
      }
    }
    for (const link of document.querySelectorAll(".notice .relay")) {
      link.href = link.textContent = emulator.s3_url
    }
  }
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches
  let dark = prefersDark
  try {
    // The choice made on the other pages, as their theme keeps it.
    const kept = Object.keys(localStorage).find(key => key.endsWith(".__palette"))
    const scheme = kept && JSON.parse(localStorage.getItem(kept))
    if (scheme && scheme.color) dark = scheme.color.scheme === "slate"
  } catch { /* A browser that keeps nothing shows what it prefers. */ }
  Scalar.createApiReference("#app", {
    content: api,
    servers: api.servers,
    authentication: {
      preferredSecurityScheme: Object.keys(api.components.securitySchemes || {})[0],
      securitySchemes: {
        bearerAuth: { token: emulator ? emulator.token : "" },
        relayToken: { value: emulator ? emulator.s3_token : "" },
      },
    },
    localization: { locale: words === "zh" ? "zh-CN" : "en" },
    forceDarkModeState: dark ? "dark" : "light",
    hideDarkModeToggle: true,
    withDefaultFonts: false,
    telemetry: false,
    showDeveloperTools: "never",
    hideClientButton: true,
    // Only the samples of the document: they are tested.
    hiddenClients: true,
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: "none",
    showOperationId: true,
    operationTitleSource: "summary",
    customCss: CSS,
  })
  // Buttons that show a picture only say what they do.
  const copy = words === "zh" ? "复制" : "Copy"
  new MutationObserver(() => {
    for (const button of document.querySelectorAll("#app button:not([aria-label])")) {
      if (!button.innerText.trim()) button.setAttribute("aria-label", copy)
    }
  }).observe(document.getElementById("app"), { childList: true, subtree: true })
  document.getElementById("service").addEventListener("change", event => {
    location.href = `${event.target.value}.html`
  })
})()
