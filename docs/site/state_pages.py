"""The page of job states, drawn from the spec's waiters."""

from __future__ import annotations

from collections.abc import Iterator

from aihub_api.tables import WAITERS

from .localizing import localized

_HEAD = {
    "en": """# Job states

How `wait()` ends, for every kind of job. The states are data in the spec (`behaviours.yaml`); a number that the spec
does not have counts as "not over yet", with one warning. [Waiting](../guide/waiting.md) shows how to use it.

```mermaid
stateDiagram-v2
    [*] --> pending: submitted
    pending --> pending: not over yet, an unknown state, a poll that failed
    pending --> success
    pending --> failure
    pending --> stopped
    pending --> timeout: your deadline
    success --> [*]: wait() returns the job
    failure --> [*]: JobFailed
    stopped --> [*]: JobStopped
    timeout --> [*]: WaitTimeout, the job goes on
```
""",
    "zh": """# 任务状态

每种任务的 `wait()` 如何结束。状态是 spec 里的数据（`behaviours.yaml`）；
spec 中没有的数字视为“尚未结束”，并给出一次警告。用法见[等待](../guide/waiting.md)。

```mermaid
stateDiagram-v2
    state "等待中" as pending
    state "成功" as success
    state "失败" as failure
    state "被停止" as stopped
    state "超时" as timeout
    [*] --> pending: 已提交
    pending --> pending: 尚未结束、未知状态、某次轮询失败
    pending --> success
    pending --> failure
    pending --> stopped
    pending --> timeout: 到了你给的期限
    success --> [*]: wait() 返回任务
    failure --> [*]: JobFailed
    stopped --> [*]: JobStopped
    timeout --> [*]: WaitTimeout，任务继续
```
""",
}
_ENDS = {
    "en": {"pending": "goes on", "success": "`wait()` returns", "failure": "`JobFailed`", "stopped": "`JobStopped`"},
    "zh": {"pending": "继续等待", "success": "`wait()` 返回", "failure": "`JobFailed`", "stopped": "`JobStopped`"},
}
_COLUMNS = {"en": "number | name | meaning | a wait", "zh": "数字 | 名称 | 含义 | 等待"}
_TITLES = {
    "dataset_version": "数据集版本",
    "quota_task": "配额任务",
    "run": "运行实例",
    "search": "查询任务",
    "training": "训练任务",
}


def text(_path: str, language: str) -> str:
    """The Markdown of the page."""
    return _HEAD[language] + "\n".join(line for name in WAITERS for line in _section(name, language)) + "\n"


def _section(name: str, language: str) -> Iterator[str]:
    row = WAITERS[name]
    title = _TITLES[name] if language == "zh" else row.noun.capitalize()
    meanings = _meanings(name, language)
    yield f"\n## {title} {{ #{name.replace('_', '-')} }}\n"
    yield f"| {_COLUMNS[language]} |\n|---|---|---|---|"
    for number, state in row.states.items():
        end = next(group for group in _ENDS["en"] if number in getattr(row, group))
        yield f"| {number} | `{state}` | {meanings.get(number, '')} | {_ENDS[language][end]} |"


def _meanings(name: str, language: str) -> dict[int, str]:
    """What each number means, from the enum of the job's status."""
    document = localized(WAITERS[name].service, language)
    words = "".join(part.title() for part in name.split("_"))
    schema = document["components"]["schemas"][f"{words}Status"]
    return dict(zip(schema["enum"], schema["x-enum-descriptions"], strict=True))
