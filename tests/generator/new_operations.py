"""A checkout with one operation more than the project's: what a person writes for it, and nothing else."""

import json
import shutil
from pathlib import Path

from generator.project import Project

OPERATION = """
  /tag-resource-management/api/v1/labels:
    get:
      operationId: listLabels
      tags: [tag_resource]
      summary: List labels
      description: Lists the labels that a user has made.
      x-zh: {summary: 获取标签列表, description: 列出用户创建的标签。}
      x-source: 标签系统 / 获取标签列表
      security: [{bearerAuth: []}]
      parameters:
        - name: user_id
          in: query
          required: true
          description: Id of the user.
          x-zh: 用户 ID。
          schema: {type: integer, format: int64, examples: [1]}
        - name: color
          in: query
          required: false
          description: Only labels of this color.
          x-zh: 仅返回此颜色的标签。
          schema: {$ref: '#/components/schemas/LabelColor'}
      responses:
        '200':
          description: The labels, or a failure in the envelope.
          x-zh: 标签列表；失败时见信封。
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ListLabelsResponse'}
        default: {$ref: '../shared/envelope.yaml#/components/responses/Failure'}
"""
SCHEMAS = """
    ListLabelsResponse:
      type: object
      x-envelope: true
      description: Envelope of the list of labels.
      x-zh: 标签列表的响应信封。
      required: [code]
      properties:
        code: {$ref: '../shared/envelope.yaml#/components/schemas/Code'}
        msg: {$ref: '../shared/envelope.yaml#/components/schemas/Message'}
        data:
          description: The labels.
          x-zh: 标签列表。
          anyOf:
            - {$ref: '#/components/schemas/LabelList'}
            - {type: 'null'}

    LabelList:
      type: object
      description: The labels of a user.
      x-zh: 用户的标签。
      properties:
        names:
          type: [array, 'null']
          description: Names of the labels.
          x-zh: 标签名称。
          items: {type: string, examples: [night]}
          examples: [[night, rain]]

    LabelColor:
      type: integer
      enum: [1, 2]
      x-enum-varnames: [RED, BLUE]
      x-enum-descriptions: [Red., Blue.]
      x-zh-enum-descriptions: [红色, 蓝色]
      description: Color of a label.
      x-zh: 标签颜色。
"""
REQUEST = {"query": {"user_id": 1, "color": 2}}
LABELS = {"names": ["night", "rain"]}


def with_a_new_operation(folder: Path, repository: Path) -> Project:
    """A copy of the project's spec and output, with the operation added to one service's file."""
    shutil.copytree(repository / "spec", folder / "spec")
    shutil.copytree(repository / "generated", folder / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "spec/services/tag_resource.yaml"
    head, components, schemas = file.read_text(encoding="utf-8").partition("components:\n")
    file.write_text(head.rstrip() + "\n" + OPERATION + components + schemas.rstrip() + "\n" + SCHEMAS, encoding="utf-8")
    write_example(folder, "success", {"code": 0, "msg": "", "data": LABELS})
    write_example(folder, "failure-not-found", {"code": 2, "msg": "no such user", "data": None})
    return Project(folder)


def write_example(folder: Path, case: str, body: dict[str, object]) -> None:
    content = {
        "summary": "An example.",
        "x-zh": "示例。",
        "request": REQUEST,
        "response": {"status": 200, "body": body},
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    (folder / f"spec/examples/tag_resource/listLabels.{case}.json").write_text(text, encoding="utf-8")
