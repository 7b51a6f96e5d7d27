"use strict";

// Everything shown came in requests: it is put in as text, never as markup.
const TEXTS = {
  en: {
    title: "AIHub emulator", pause: "Pause", resume: "Resume", other: "中文", none: "none yet",
    spec: "spec", seed: "seed", clock: "clock", now: "now", state: "state", temporary: "temporary",
    lost: "The emulator does not answer. Is it still running?",
    jobs: "Trainings and quota tasks", versions: "Dataset versions", searches: "Searches", runs: "Workflow runs",
    requests: "Requests", faults: "Faults", coverage: "Coverage", datasets: "Datasets", evaluations: "Evaluations",
    id: "id", kind: "kind", name: "name", user: "user", phase: "state", cluster: "cluster", nodes: "nodes",
    message: "message", files: "files", pipeline: "pipeline", method: "method", path: "path",
    operation: "operation", status: "HTTP", code: "code", ms: "ms", fault: "fault", consumed: "consumed",
    count: "count", service: "service", answer: "answer", is_unconsumed: "still to come",
  },
  zh: {
    title: "AIHub 模拟器", pause: "暂停", resume: "继续", other: "English", none: "暂无",
    spec: "规范", seed: "种子数据", clock: "时钟", now: "当前时间", state: "状态目录", temporary: "临时",
    lost: "模拟器没有响应，它还在运行吗？",
    jobs: "训练与配额任务", versions: "数据集版本", searches: "检索任务", runs: "工作流运行",
    requests: "请求", faults: "故障", coverage: "覆盖情况", datasets: "数据集", evaluations: "评测",
    id: "ID", kind: "类型", name: "名称", user: "用户", phase: "状态", cluster: "集群", nodes: "节点",
    message: "信息", files: "文件数", pipeline: "流水线", method: "方法", path: "路径",
    operation: "操作", status: "HTTP", code: "code", ms: "毫秒", fault: "故障", consumed: "已触发",
    count: "次数", service: "服务", answer: "应答", is_unconsumed: "尚未触发",
  },
};
const VALUES_ZH = {
  waiting: "等待", queued: "排队", starting: "启动中", creating: "创建中", running: "运行中", stopping: "停止中",
  "loading meta": "载入元数据", "building index": "构建索引", success: "成功", succeeded: "成功", failed: "失败",
  stopped: "已停止", training: "训练", "quota task": "配额任务", work: "真实执行", image: "图搜图", words: "文搜图", example: "示例", yes: "是", no: "否",
  "(seed)": "（种子）",
};
const GOOD = new Set(["success", "succeeded", "work"]);
const BAD = new Set(["failed"]);
const BUSY = new Set(["running", "starting", "creating", "loading meta", "building index", "stopping"]);
const NUMBERS = new Set(["id", "ms", "files", "versions", "code", "status", "consumed", "count", "cluster", "fault"]);
const LONG = new Set(["name", "path", "message"]);
// What a person looks for stands first: a telephone shows no more without scrolling.
const TABLES = {
  jobs: ["kind", "id", "name", "phase", "user", "cluster", "nodes", "message"],
  searches: ["id", "name", "kind", "phase", "user", "message"],
  datasets: ["id", "name", "user", "versions"],
  versions: ["id", "name", "phase", "user", "files", "message"],
  runs: ["id", "name", "phase", "user", "pipeline"],
  faults: ["id", "kind", "operation", "consumed", "count", "is_unconsumed"],
  requests: ["id", "method", "path", "operation", "status", "code", "user", "ms", "fault"],
  coverage: ["service", "operation", "answer"],
};
const LOOK_MS = 1000;

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
let isPaused = false;
let latest = null;

const byId = (id) => document.getElementById(id);
const text = (key) => TEXTS[language][key] ?? key;

function element(name, content, className) {
  const made = document.createElement(name);
  if (content !== undefined) made.textContent = content;
  if (className) made.className = className;
  return made;
}

function shown(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(1);
  if (typeof value === "boolean") return shown(value ? "yes" : "no");
  if (Array.isArray(value)) return [...new Set(value)].join(", ");
  return language === "zh" ? VALUES_ZH[value] ?? String(value) : String(value);
}

function look(column, value) {
  if (column === "status") return value >= 400 || value === 0 ? "number bad" : "number";
  if (column === "code") return value ? "number bad" : "number";
  if (GOOD.has(value)) return "good";
  if (BAD.has(value)) return "bad";
  if (BUSY.has(value)) return "busy";
  if (LONG.has(column)) return value ? "text" : "";
  return NUMBERS.has(column) ? "number" : "";
}

function table(columns, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const column of columns) {
    const cell = element("th", text(column), NUMBERS.has(column) ? "number" : "");
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const column of columns) line.append(element("td", shown(row[column]), look(column, row[column])));
  }
  return made;
}

function drawTables(data) {
  for (const [name, columns] of Object.entries(TABLES)) {
    const section = byId(name) ?? element("section");
    if (!section.id) {
      section.id = name;
      byId("tables").append(section);
    }
    const before = section.querySelector(".rows");
    const rows = element("div", undefined, "rows");
    rows.append(data[name].length ? table(columns, data[name]) : element("p", text("none"), "none"));
    section.replaceChildren(element("h2", text(name)), rows);
    if (before) rows.scrollTop = before.scrollTop;
  }
}

function draw() {
  document.documentElement.lang = language;
  document.title = text("title");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  byId("language").textContent = text("other");
  byId("pause").textContent = text(isPaused ? "resume" : "pause");
  if (!latest) return;
  const { about } = latest;
  const now = new Date(about.now * 1000).toLocaleString(language === "zh" ? "zh-CN" : "en-GB");
  byId("about").textContent = [
    `${text("spec")} ${about.spec_version}`, `${text("seed")} ${about.seed}`, `${text("clock")} ${about.clock}`,
    `${text("now")} ${now}`, `${text("state")} ${about.state || text("temporary")}`,
  ].join(" · ");
  byId("counts").replaceChildren(...Object.entries(latest.counts).map(([name, count]) => {
    const item = element("li");
    item.append(element("b", count), element("span", text(name)));
    return item;
  }));
  drawTables(latest);
}

async function refresh() {
  if (!isPaused) {
    try {
      const answer = await fetch("overview", { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      latest = await answer.json();
      byId("trouble").hidden = true;
      draw();
    } catch {
      byId("trouble").textContent = text("lost");
      byId("trouble").hidden = false;
    }
  }
  setTimeout(refresh, LOOK_MS);
}

byId("language").addEventListener("click", () => {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
  draw();
});
byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  draw();
});
draw();
refresh();
